#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "boutique.hpp"
#include "starter/target.hpp"

using namespace nsew;

TEST_CASE("drive") {
  const boutique::Case boutique;
  const Assessment assessment = boutique.assessment();
  for (const Target* target : targets()) {
    const auto files = target->generate(assessment);
    for (const StarterFile& file : files) {
      const auto path = std::filesystem::path("/tmp/wt/starter-out") / target->name / file.path;
      std::filesystem::create_directories(path.parent_path());
      std::ofstream(path) << file.text;
    }
    const Replay r = replay(assessment, files);
    MESSAGE(target->name << " calls " << r.calls << " matched " << r.matched << " without host " << r.without_host);
    for (const auto& l : r.lost) MESSAGE(l);
  }
}
