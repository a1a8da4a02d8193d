/** Of generated tests in CI: a change is judged by what it changes, not by luck. */
const CI_SEED = 20_260_131

/** What a generated test starts from: the variable where it is set, in CI always the same, else another one each time. */
export const seedOf = (variable: string): number =>
  Number(process.env[variable] ?? (process.env.CI ? CI_SEED : Math.floor(Math.random() * 2 ** 31)))
