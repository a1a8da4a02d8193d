import type { SqlFunction } from './sql-function.ts'

export const TEXTS: readonly SqlFunction[] = [
  {
    signature: 'text_replace_first(s text, find text, by text)',
    returns: 'text',
    body: `case when by is null then null when find = '' or strpos(s, find) = 0 then s
      else left(s, strpos(s, find) - 1) || by || substr(s, strpos(s, find) + length(find)) end`,
  },
  {
    signature: 'text_bound(x float8, size int4)',
    returns: 'int4',
    body: `case when x is null or size is null then null when x = 'nan' then 0
      when trunc(x) >= 0 then least(trunc(x), size)::int4 else greatest(size + trunc(x), 0)::int4 end`,
  },
  {
    signature: 'text_between(s text, first int4, last int4)',
    returns: 'text',
    body: 'case when last > first then substr(s, first + 1, last - first) when last <= first then left(s, 0) end',
  },
  {
    signature: 'text_slice(s text, first float8, last float8)',
    returns: 'text',
    body: 'cellar.text_between(s, cellar.text_bound(first, length(s)), cellar.text_bound(last, length(s)))',
  },
  {
    signature: 'like_containing(part text)',
    returns: 'text',
    body: String.raw`'%' || replace(replace(replace(part, '\', '\\'), '%', '\%'), '_', '\_') || '%'`,
  },
  {
    // A last backslash that escapes nothing stands for itself instead of raising an error.
    signature: 'like_pattern(pattern text)',
    returns: 'text',
    body: String.raw`case when (length(pattern) - length(rtrim(pattern, '\'))) % 2 = 1 then pattern || '\' else pattern end`,
  },
]
