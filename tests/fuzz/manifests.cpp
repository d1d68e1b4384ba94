// fuzz_manifests: any bytes as a manifest, through whichever of the two parsers (YAML, JSON) they call for.
#include <cstdint>
#include <string>

#include "cluster/manifests.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  nsew::Diagnostics diagnostics;
  nsew::Inventory inventory;
  (void)nsew::looks_like_manifest(text);
  (void)nsew::read_manifest({"input", text, true}, inventory, diagnostics);
  nsew::finish(inventory, diagnostics);
  return 0;
}
