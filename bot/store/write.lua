-- Writes steps of one session: all of them or none, and each once, however often it is sent.
--
-- KEYS: the record, its event stream
-- ARGV: worker, seconds to live, seconds of a lease, most events (0: no bound), the fence that the
--       worker holds the session by, seconds since it was asked for, schema, JSON of the fields a
--       new record has, JSON of the fields now, then for each step: number, kind, JSON of the entry
--       (empty: no event). `opened` is the first of its steps, `renewed` (without a number) alone.
-- Returns the fence that the worker holds it by now. FENCED: another worker has it; nothing was
-- written.
--
-- A reply can be lost after the work was done. `writer` and `written` in the record tell which
-- steps of this worker are there already. All times are the server's, so no clocks are compared.
local record, events, worker = KEYS[1], KEYS[2], ARGV[1]
local FIRST_STEP = 10
local number, kind, last = tonumber(ARGV[FIRST_STEP]), ARGV[FIRST_STEP + 1], tonumber(ARGV[#ARGV - 2])
local found = redis.call('HMGET', record, 'fence', 'holder', 'taken', 'writer', 'written', 'schema')
local fence, holder = tonumber(found[1] or 0), found[2] or ''
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local mine, written = tonumber(ARGV[5]), 0
if found[4] == worker then
  written = tonumber(found[5])
end
local opens = kind == 'opened' and number > written
local repeated = kind == 'opened' and not opens

if opens then
  local asked = now - tonumber(ARGV[6])
  if holder ~= worker and tonumber(found[3] or 0) > asked then
    return redis.error_reply('FENCED opened by another worker since')
  end
  fence = found[1] and fence > 0 and fence + 1 or time[1] * 1000000 + time[2]  -- never used before
  holder = worker
  redis.call('HSET', record, 'taken', string.format('%.6f', asked))
elseif not repeated and (mine < fence or mine == fence and holder ~= worker and holder ~= '') then
  return redis.error_reply('FENCED held by another worker')
elseif (kind == 'renewed' or kind == 'released') and redis.call('EXISTS', record) == 0 then
  return mine  -- forgotten: a call in which nothing happens does not bring it back
elseif mine > fence then  -- this server lost what it knew of us
  fence, holder = mine, worker
end

if kind ~= 'renewed' and last > written then
  for name, value in pairs(cjson.decode(ARGV[8])) do
    redis.call('HSETNX', record, name, value)
  end
  for name, value in pairs(cjson.decode(ARGV[9])) do
    redis.call('HSET', record, name, value)
  end
  for i = FIRST_STEP, #ARGV, 3 do
    if tonumber(ARGV[i]) > written then
      if ARGV[i + 1] == 'released' then
        holder = ''
      else
        redis.call('HINCRBY', record, 'count:' .. ARGV[i + 1], 1)
      end
      if ARGV[i + 2] ~= '' and ARGV[4] == '0' then
        redis.call('XADD', events, '*', 'entry', ARGV[i + 2])
      elseif ARGV[i + 2] ~= '' then
        redis.call('XADD', events, 'MAXLEN', '~', ARGV[4], '*', 'entry', ARGV[i + 2])
      end
    end
  end
  redis.call('HSET', record, 'writer', worker, 'written', last)
end
if opens and tonumber(found[6] or ARGV[7]) < tonumber(ARGV[7]) then
  redis.call('HSET', record, 'schema', ARGV[7])
end
local lease = holder == worker and string.format('%.3f', now + ARGV[3]) or '0'
redis.call('HSET', record, 'fence', fence, 'holder', holder, 'lease', lease)
redis.call('EXPIRE', record, ARGV[2])
redis.call('EXPIRE', events, ARGV[2])
return fence
