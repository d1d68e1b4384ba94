// One observation among those of the same call: step 2 of graph/observe.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "input/record.hpp"

namespace nsew {

// An observation in the words of the whole input: parties are places in LearnedParties::of, operations in Names.
struct Sight {
  std::uint32_t source = 0, destination = 0, operation = 0;
  std::uint16_t source_port = 0, destination_port = 0;
  bool answer = false;  // seen on the way back
  const Observation* record = nullptr;
};

bool is_portless(const Observation&);  // ICMP and the like

// Where the record does not say: ports from 32768 on are a client's.
bool is_reply(const Observation&);

// Turns the records of one connection so that the source of each is who opened it, and marks those of the way back.
// Where a record does not say, another record of the connection may; else the ports do: those from 32768 on are a
// client's, of two on one side of that the lower one is the service's; else the first record is the opener's.
void turn(std::vector<Sight>&);

// Whose line names the other end best: the caller's proxy chose it, the callee's may know only addresses.
int rank_of(Recorder);

// All that an observation says, the best recorder first: an order that no order of input shows in.
inline auto content_of(const Sight& s) {
  const Observation& o = *s.record;
  return std::tuple(-rank_of(o.recorder), s.source, s.destination, s.operation, o.time_ns, o.duration_ns, o.bytes,
                    s.source_port, s.destination_port, o.probability, o.recorder, o.denied, o.error, o.mesh, o.opened,
                    o.point);
}

// Which lines of one request to one destination are of one call: each line of the next side finds a call of the sides
// before, if one is left; first one from the same caller, else any.
class Pairing {
 public:
  struct Call {
    const Sight* speaks;
    std::vector<const Sight*> others;
  };

  // callers: the service number of each line's source. Sides come in the order in which they speak for a call.
  void add_side(std::span<const Sight> lines, std::span<const std::uint32_t> callers);
  const std::vector<Call>& calls() const { return calls_; }

 private:
  std::vector<Call> calls_;
  std::vector<std::uint32_t> callers_;
};

}  // namespace nsew
