import type { SqlFunction } from './sql-function.ts'

export const TEXT_SHAPES: readonly SqlFunction[] = [
  {
    signature: 'text_count(s text, part text)',
    returns: 'int8',
    body: `((length(s) - length(replace(s, part, ''))) / greatest(length(part), 1))::int8`,
  },
  {
    signature: 'text_last_index(s text, part text)',
    returns: 'int4',
    body: `case when strpos(reverse(s), reverse(part)) = 0 then -1
      else length(s) - length(part) - strpos(reverse(s), reverse(part)) + 1 end`,
  },
  {
    signature: 'text_before(s text, part text)',
    returns: 'text',
    body: 'case when strpos(s, part) > 0 then left(s, strpos(s, part) - 1) end',
  },
  {
    signature: 'text_after(s text, part text)',
    returns: 'text',
    body: 'case when strpos(s, part) > 0 then substr(s, strpos(s, part) + length(part)) end',
  },
  {
    signature: 'text_before_last(s text, part text)',
    returns: 'text',
    body: 'case when cellar.text_last_index(s, part) >= 0 then left(s, cellar.text_last_index(s, part)) end',
  },
  {
    signature: 'text_after_last(s text, part text)',
    returns: 'text',
    body: `case when cellar.text_last_index(s, part) >= 0
      then substr(s, cellar.text_last_index(s, part) + length(part) + 1) end`,
  },
  {
    signature: 'text_remove_prefix(s text, part text)',
    returns: 'text',
    body: `case when starts_with(s, part) then substr(s, length(part) + 1) when not starts_with(s, part) then s end`,
  },
  {
    signature: 'text_remove_suffix(s text, part text)',
    returns: 'text',
    body: `case when right(s, length(part)) = part then left(s, length(s) - length(part))
      when right(s, length(part)) <> part then s end`,
  },
  {
    // The padding functions of Postgres cut what is longer.
    signature: 'text_pad_start(s text, width int8, fill text)',
    returns: 'text',
    body: 'lpad(s, greatest(length(s), width::int4), fill)',
  },
  {
    signature: 'text_pad_end(s text, width int8, fill text)',
    returns: 'text',
    body: 'rpad(s, greatest(length(s), width::int4), fill)',
  },
  {
    signature: 'text_center(s text, width int8, fill text)',
    returns: 'text',
    body: `lpad(s, length(s) + greatest(width::int4 - length(s), 0) / 2, fill)
      || rpad('', greatest(width::int4 - length(s), 0) - greatest(width::int4 - length(s), 0) / 2, fill)`,
  },
  {
    signature: 'text_zero_pad(s text, width int8)',
    returns: 'text',
    body: `case when left(s, 1) in ('+', '-')
      then left(s, 1) || lpad(substr(s, 2), greatest(length(s), width::int4) - 1, '0')
      else lpad(s, greatest(length(s), width::int4), '0') end`,
  },
  {
    signature: 'text_repeat(s text, times int8)',
    returns: 'text',
    body: `case when length(s)::float8 * times::float8 <= 1000000
      then repeat(s, greatest(least(times, 1000000), 0)::int4) end`,
  },
  {
    signature: 'text_partition(s text, part text)',
    returns: 'text[]',
    body: `case when s is null or part is null then null when part = '' or strpos(s, part) = 0 then array[s, '', '']
      else array[left(s, strpos(s, part) - 1), part, substr(s, strpos(s, part) + length(part))] end`,
  },
  {
    signature: 'text_partition_last(s text, part text)',
    returns: 'text[]',
    body: `case when s is null or part is null then null
      when part = '' or cellar.text_last_index(s, part) < 0 then array['', '', s]
      else array[left(s, cellar.text_last_index(s, part)), part,
        substr(s, cellar.text_last_index(s, part) + length(part) + 1)] end`,
  },
  {
    signature: 'text_replace_slice(s text, first float8, last float8, by text)',
    returns: 'text',
    body: `case when last is not null then left(s, cellar.text_bound(first, length(s))) || by
      || substr(s, greatest(cellar.text_bound(first, length(s)), cellar.text_bound(last, length(s))) + 1) end`,
  },
  {
    // An empty separator splits nothing; a null one would split into characters.
    signature: 'text_split(s text, separator text)',
    returns: 'text[]',
    body: `case when separator is null then null when s = '' then array[s] else string_to_array(s, separator) end`,
  },
  {
    signature: 'text_split_limited(s text, separator text, most int8)',
    returns: 'text[]',
    body: `case when cardinality(cellar.text_split(s, separator)) <= most then cellar.text_split(s, separator)
      when cardinality(cellar.text_split(s, separator)) > most
        then (cellar.text_split(s, separator))[:most::int4 - 1]
          || array_to_string((cellar.text_split(s, separator))[most::int4:], separator) end`,
  },
  {
    signature: 'text_split_end(s text, separator text, most int8)',
    returns: 'text[]',
    body: `case when cardinality(cellar.text_split(s, separator)) <= most then cellar.text_split(s, separator)
      when cardinality(cellar.text_split(s, separator)) > most
        then array_to_string((cellar.text_split(s, separator))[
            :cardinality(cellar.text_split(s, separator)) - most::int4 + 1], separator)
          || (cellar.text_split(s, separator))[cardinality(cellar.text_split(s, separator)) - most::int4 + 2:] end`,
  },
]
