-- Writes steps of one session: all of them or none, and each once, however often it is sent.
--
-- KEYS: the record, its event stream
-- ARGV: writer, seconds to live, JSON of the fields a new record has, JSON of the fields now,
--       then for each step: number, kind, JSON of the entry (empty: no event)
--
-- A reply can be lost after the work was done. `writer` and `written` in the record tell which
-- steps of this writer are there already.
local record, events, writer = KEYS[1], KEYS[2], ARGV[1]
local written = 0
if redis.call('HGET', record, 'writer') == writer then
  written = tonumber(redis.call('HGET', record, 'written'))
end
if tonumber(ARGV[#ARGV - 2]) <= written then
  return 0
end
for name, value in pairs(cjson.decode(ARGV[3])) do
  redis.call('HSETNX', record, name, value)
end
for name, value in pairs(cjson.decode(ARGV[4])) do
  redis.call('HSET', record, name, value)
end
local added = 0
for i = 5, #ARGV, 3 do
  if tonumber(ARGV[i]) > written then
    redis.call('HINCRBY', record, 'count:' .. ARGV[i + 1], 1)
    if ARGV[i + 2] ~= '' then
      redis.call('XADD', events, '*', 'entry', ARGV[i + 2])
    end
    added = added + 1
  end
end
redis.call('HSET', record, 'writer', writer, 'written', ARGV[#ARGV - 2])
redis.call('EXPIRE', record, ARGV[2])
redis.call('EXPIRE', events, ARGV[2])
return added
