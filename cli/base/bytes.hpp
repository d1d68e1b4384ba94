// Named bytes: files, stdin, directories, and the decompression of either (.gz and .zst by magic number, never by
// name).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.hpp"

namespace nsew {

// A stream of plain bytes. Reading is sequential and bounded in memory; throws Failure(65) on an unreadable file.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Up to `size` bytes into `to`; 0 at the end.
  virtual std::size_t read(char* to, std::size_t size) = 0;
  // For files as they are on disk: how large they were when they were opened, and bytes of any place, for several
  // threads at once. 0 for whatever can only be read from front to back.
  virtual std::uint64_t size() const { return 0; }
  virtual std::size_t read_at(std::uint64_t /*offset*/, char* /*to*/, std::size_t /*size*/) const { return 0; }
  // Set when the compressed stream ended early or was damaged; what was read before is good.
  virtual bool cut_short() const { return false; }
  // Why, when it was damaged and not merely short: what the decompressor says.
  virtual std::string damage() const { return {}; }
};

// Opens a file, or stdin for "-", and decompresses by content.
std::unique_ptr<ByteSource> open_bytes(const std::string& path);

// The name a report shows: the path as given, "<stdin>" for "-".
std::string shown_name(const std::string& path);

// Files below a path in byte order of their names; the path itself when it is no directory. Left out are hidden
// entries, node_modules, and what would block or never end (pipes, sockets, devices); links are followed, each
// directory is entered once. Throws Failure(66) when there is nothing at the path.
struct WalkedFile {
  std::string path;
  bool named = false;  // given by the user, not met while walking
};
std::vector<WalkedFile> walk(const std::string& path);

// All of it, up to `limit` bytes (a whole document has to be held once); throws Failure(65) beyond.
std::string read_all(ByteSource&, std::size_t limit = std::size_t{4} << 30);

}  // namespace nsew
