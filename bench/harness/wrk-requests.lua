-- Sends the requests of a file, in their order and then again from the first. The file has for each
-- a line with its length in bytes, then the request as it goes over the wire.
local requests = {}
local at = 0

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  while true do
    local length = file:read("*l")
    if length == nil then break end
    requests[#requests + 1] = file:read(tonumber(length))
  end
  file:close()
end

function request()
  at = at % #requests + 1
  return requests[at]
end
