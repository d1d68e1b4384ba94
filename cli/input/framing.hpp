// Cuts a stream of bytes into batches of frames: about 512 KB at a time, so that a batch stays in a core's cache and a
// file of any size needs little memory. A cutter is used by one thread at a time; what it cuts is read by many.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "input/reader.hpp"

namespace nsew {

inline constexpr std::size_t batch_bytes = std::size_t{512} << 10;
inline constexpr std::size_t longest_frame = std::size_t{256} << 20;

// Bytes that grow without being cleared first, always followed by Frame::padding readable ones.
class Buffer {
 public:
  const char* data() const { return bytes_.get(); }
  std::size_t size() const { return size_; }
  void clear() { size_ = 0; }
  void append(const char* bytes, std::size_t size);
  // Reads once, up to `size` bytes; 0 at the end of the source.
  std::size_t fill(ByteSource& source, std::size_t size);
  void drop_front(std::size_t size);
  void drop_back(std::size_t size) { size_ -= size; }
  std::string_view text() const { return {data(), size_}; }

 private:
  void reserve(std::size_t size);
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0, capacity_ = 0;
};

// A frame's place in its batch and in the input. Lines count from 0: in the batch when cut by lines, else in the input.
struct Piece {
  std::size_t at = 0, size = 0;
  std::uint64_t line = 0;
  std::uint64_t column = 0;  // bytes of its line that stand before it
};

// What a cutter itself has to complain about.
struct Trouble {
  Piece place;
  std::string_view message, hint;
  bool cut_short = false;
};

struct Batch {
  Buffer buffer;
  std::uint64_t offset = 0;  // of the buffer in the input
  std::uint64_t index = 0;   // batches are numbered in the order of the input
  std::vector<Piece> pieces;
  std::vector<Trouble> troubles;
  std::uint64_t lines = 0;      // newlines in it; cut by lines only
  bool ends_in_a_line = false;  // no newline at the very end of the input; cut by lines only
  bool binary = false;          // there are no lines: all stands in the first
};

class Cutter {
 public:
  virtual ~Cutter() = default;
  // Fills a batch; false when nothing is left. Cut by lines, the pieces are left to split_lines().
  virtual bool next(Batch&) = 0;
};

std::unique_ptr<Cutter> cut_lines(ByteSource&);
std::unique_ptr<Cutter> cut_elements(ByteSource&, std::vector<std::string_view> keys);
std::unique_ptr<Cutter> cut_nothing(ByteSource&);
std::unique_ptr<Cutter> cut_messages(ByteSource&, Framing::Prefix);

// The lines of a batch as pieces, without their ends; empty lines are none.
void split_lines(Batch&);

}  // namespace nsew
