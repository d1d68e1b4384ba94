// Files built into the binary (cli/CMakeLists.txt, nsew_embed).
#pragma once

#include <span>
#include <string_view>

namespace nsew::embedded {

struct File {
  std::string_view name;  // without folder
  std::string_view text;
};

std::span<const File> rules();    // rules/*.yaml, by name
std::string_view rules_digest();  // "sha256:…" over names and contents

std::span<const File> schemas();  // cli/report/*.schema.json
std::string_view schemas_digest();

}  // namespace nsew::embedded
