import { expect, test, vi } from 'vitest'
import { ProgressReports } from './progress-reports.ts'

test('the first and the newest are passed on, at most once in a while, and nothing after the end', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  try {
    const passed: number[] = []
    const reports = new ProgressReports((done) => passed.push(done), 1_000)
    for (const done of [0.1, 0.2, 0.3]) reports.report(done)
    expect(passed).toEqual([0.1])
    vi.advanceTimersByTime(1_000)
    expect(passed).toEqual([0.1, 0.3])
    vi.advanceTimersByTime(5_000)
    reports.report(2)
    expect(passed).toEqual([0.1, 0.3, 1])
    reports.report(0.5)
    reports.end()
    vi.advanceTimersByTime(5_000)
    expect(passed).toEqual([0.1, 0.3, 1])
  } finally {
    vi.useRealTimers()
  }
})
