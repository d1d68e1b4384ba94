// What parties of log lines and flow records learn from each other: step 1 of graph/observe.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace nsew {

struct LearnedParties {
  std::vector<std::string> texts;  // packed, sorted, distinct; [0] is the empty one

  struct Learned {
    std::uint32_t place = 0;    // in texts
    std::uint32_t service = 0;  // parties of one service have one number; an unnamed address has its own
    std::uint16_t score = 0;    // the more it says of a name, the higher
    bool by_identity = false;   // a workload's identity without a pod: on the leg behind an L7 proxy
  };
  std::vector<Learned> of;  // by place in the parties given
};

// parties: packed. placings: by place in them, how many log lines name it as the end they were sent to.
LearnedParties learn(std::span<const std::string> parties, std::span<const std::uint64_t> placings);

}  // namespace nsew
