import type { DateExpr, Expr, NumExpr, TextExpr, TimestampExpr } from './expr.ts'

/** Lengths that days and shorter units always have, and months, whose length depends on where they start. */
export type TimeUnit = DateUnit | 'millisecond' | 'second' | 'minute' | 'hour'
export type DateUnit = 'day' | 'week' | 'month' | 'quarter' | 'year'

type Int<M extends null> = number | Expr<'int', number, M>

/** How many of each unit; whole numbers, or expressions for them. Years and months are added before the others. */
export interface DateDuration<M extends null = never> {
  readonly years?: Int<M>
  readonly months?: Int<M>
  readonly weeks?: Int<M>
  readonly days?: Int<M>
}
export interface Duration<M extends null = never> extends DateDuration<M> {
  readonly hours?: Int<M>
  readonly minutes?: Int<M>
  readonly seconds?: Int<M>
  readonly milliseconds?: Int<M>
}

export interface DateParts<M extends null = never> {
  readonly year?: Int<M>
  readonly month?: Int<M>
  readonly day?: Int<M>
}
export interface TimeParts<M extends null = never> extends DateParts<M> {
  readonly hour?: Int<M>
  readonly minute?: Int<M>
  readonly second?: Int<M>
  readonly millisecond?: Int<M>
}

interface CalendarParts<N extends null> {
  year(): NumExpr<'int', N>
  /** 1 to 12. */
  month(): NumExpr<'int', N>
  day(): NumExpr<'int', N>
  /** 1 to 4. */
  quarter(): NumExpr<'int', N>
  /** The week of ISO 8601, of which a year has 52 or 53; it belongs to `isoYear`. */
  week(): NumExpr<'int', N>
  isoYear(): NumExpr<'int', N>
  /** 1 for Monday to 7 for Sunday. */
  dayOfWeek(): NumExpr<'int', N>
  /** 1 to 366. */
  dayOfYear(): NumExpr<'int', N>
}

interface ClockParts<N extends null> extends CalendarParts<N> {
  hour(): NumExpr<'int', N>
  minute(): NumExpr<'int', N>
  second(): NumExpr<'int', N>
}

interface Formatted<N extends null> {
  /**
   * The tokens of the pattern replaced: `YYYY`, `MM`, `MMM`, `MMMM`, `DD`, `ddd`, `dddd`, `HH`, `hh`, `A`, `mm`, `ss`,
   * `SSS`. Names are English; text in brackets is kept, as in `'[at] HH:mm'`.
   */
  format(pattern: string): TextExpr<N>
}

export interface TimestampMethods<N extends null> extends ClockParts<N>, Formatted<N> {
  millisecond(): NumExpr<'int', N>
  /** Milliseconds since 1970. */
  epoch(): NumExpr<'int', N>
  /** The day in UTC; null outside the years 1 to 9999. */
  toDate(): DateExpr<null>
  /** Months keep the day, or take the last one of a shorter month. Null outside the calendar. */
  add(duration: Duration<null>): TimestampExpr<null>
  sub(duration: Duration<null>): TimestampExpr<null>
  /** Whole units from the other moment to this one, towards zero. */
  diff<M extends null = never>(other: Date | Expr<'timestamp', Date, M>, unit: `${TimeUnit}s`): NumExpr<'int', N | M>
  /** The start of the unit in UTC; weeks start on Monday. */
  truncate(unit: TimeUnit): TimestampExpr<N>
  /** Null where the result is no moment, as for February 30. */
  replace(parts: TimeParts<null>): TimestampExpr<null>
  /** The moment as clocks of an IANA time zone show it, as in 'Europe/Rome'. */
  inZone(zone: string): ZonedTimestamp<N>
}

/** What clocks of a time zone show. */
export interface ZonedTimestamp<out N extends null = never> extends ClockParts<N>, Formatted<N> {
  /** Minutes by which the clocks are ahead of UTC. */
  offset(): NumExpr<'int', N>
  toDate(): DateExpr<null>
  /** The moment when the unit started by these clocks. */
  truncate(unit: TimeUnit): TimestampExpr<null>
}

export interface DateMethods<N extends null> extends CalendarParts<N>, Formatted<N> {
  /** The first moment of the day in UTC. */
  toTimestamp(): TimestampExpr<N>
  /** Months keep the day, or take the last one of a shorter month. Null outside the years 1 to 9999. */
  add(duration: DateDuration<null>): DateExpr<null>
  sub(duration: DateDuration<null>): DateExpr<null>
  /** Whole units from the other day to this one, towards zero. */
  diff<M extends null = never>(other: string | Expr<'date', string, M>, unit: `${DateUnit}s`): NumExpr<'int', N | M>
  /** The first day of the unit; weeks start on Monday. */
  truncate(unit: DateUnit): DateExpr<null>
  /** Null where the result is no day, as for February 30. */
  replace(parts: DateParts<null>): DateExpr<null>
}
