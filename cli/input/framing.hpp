// Cuts a stream of bytes into batches of frames: about 256 KB at a time, so that a batch stays in a core's cache and a
// file of any size needs little memory. A cutter is used by one thread at a time; what it cuts is read by many.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "input/reader.hpp"

namespace nsew {

inline constexpr std::size_t batch_bytes = std::size_t{256} << 10;
inline constexpr std::size_t longest_frame = std::size_t{256} << 20;  // unless memory is limited

// Bytes that grow without being cleared first, always followed by Frame::padding readable ones.
class Buffer {
 public:
  const char* data() const { return bytes_.get(); }
  std::size_t size() const { return size_; }
  void clear() { size_ = 0; }
  void append(const char* bytes, std::size_t size);
  // Reads once, up to `size` bytes; 0 at the end of the source.
  std::size_t fill(ByteSource& source, std::size_t size);
  // Up to `size` bytes from `offset` of a file.
  std::size_t fill_at(const ByteSource& source, std::uint64_t offset, std::size_t size);
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
  std::string message, hint;
  bool cut_short = false;
};

struct Batch {
  Buffer buffer;
  std::uint64_t offset = 0;   // of the buffer in the input
  std::vector<Piece> pieces;  // but for cutting by lines: those are found while they are read
  std::vector<Trouble> troubles;
  std::string section;          // cut by lines: the line that began the section in which the batch begins
  bool ends_in_a_line = false;  // no newline at the very end of the input; cut by lines only
  bool binary = false;          // there are no lines: all stands in the first

  // What cut_ranges() keeps of the range that this batch's thread is at: what is read next, its end, a line's begin.
  std::uint64_t at = 0, end = 0;
  Buffer carry;
};

class Cutter {
 public:
  virtual ~Cutter() = default;
  // Fills a batch; false when nothing is left.
  virtual bool next(Batch&) = 0;
  // Whether several threads may ask at once, each with a batch that it keeps.
  virtual bool is_shared() const { return false; }
};

// `sections`: the key with which an object on a line begins that stands before all lines until the next such one.
std::unique_ptr<Cutter> cut_lines(ByteSource&, std::size_t longest = longest_frame, std::string_view sections = {});
// The same of a file from the byte `from` on, without one thread waiting for another.
std::unique_ptr<Cutter> cut_ranges(const ByteSource&, std::uint64_t from, std::size_t longest = longest_frame);
std::unique_ptr<Cutter> cut_elements(ByteSource&, std::vector<std::string_view> keys,
                                     std::size_t longest = longest_frame);
std::unique_ptr<Cutter> cut_nothing(ByteSource&);
std::unique_ptr<Cutter> cut_messages(ByteSource&, Framing::Prefix);

// Behind the last newline that stands at `from` or later; 0 when there is none.
std::size_t end_of_last_line(std::string_view text, std::size_t from);
// What is said of a record that is longer than allowed.
std::string too_long(std::size_t longest);
inline constexpr std::string_view too_long_hint = "it was left out; export fewer spans per record";

// Whether a line is {"key": …
bool begins_section(std::string_view line, std::string_view key);

}  // namespace nsew
