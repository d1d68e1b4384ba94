// Lines of a file by several threads: each takes a few megabytes, to which those lines belong that begin there.
#include <algorithm>
#include <atomic>

#include "input/framing.hpp"

namespace nsew {
namespace {

constexpr std::uint64_t range_bytes = std::uint64_t{4} << 20;
constexpr std::size_t little = std::size_t{32} << 10;  // to look for the end of a line

class Ranges final : public Cutter {
 public:
  Ranges(const ByteSource& source, std::uint64_t from, std::size_t longest)
      : source_(source), from_(from), size_(source.size()), longest_(longest) {}

  bool is_shared() const override { return true; }

  bool next(Batch& batch) override {
    batch.troubles.clear();
    batch.ends_in_a_line = false;
    while (batch.at < batch.end || take(batch))
      if (batch.at < batch.end && fill(batch)) return true;
    return false;
  }

 private:
  bool take(Batch& batch) {
    const std::uint64_t begin = from_ + range_bytes * next_++;
    if (begin >= size_) return false;
    batch.at = begin;
    batch.end = std::min(begin + range_bytes, size_);
    batch.carry.clear();
    if (begin > from_) skip_to_line(batch, begin - 1);
    return true;
  }

  // Behind the first newline at `at` or later.
  void skip_to_line(Batch& batch, std::uint64_t at) {
    while (true) {
      batch.buffer.clear();
      if (batch.buffer.fill_at(source_, at, little) == 0) break;
      const std::size_t newline = batch.buffer.text().find('\n');
      if (newline != std::string_view::npos) {
        batch.at = at + newline + 1;
        return;
      }
      at += batch.buffer.size();
    }
    batch.at = batch.end;
  }

  // Whole lines, up to a batch's worth; false when there are none.
  bool fill(Batch& batch) {
    batch.offset = batch.at - batch.carry.size();
    batch.buffer.clear();
    batch.buffer.append(batch.carry.data(), batch.carry.size());
    batch.carry.clear();
    for (std::size_t looked_at = 0;;) {
      const std::uint64_t left = batch.at < batch.end ? batch.end - batch.at : little;
      const std::size_t got = batch.buffer.fill_at(source_, batch.at, std::min<std::uint64_t>(left, batch_bytes));
      batch.at += got;
      if (const std::size_t end = end_of_lines(batch, looked_at); end > 0) return finish(batch, end);
      looked_at = batch.buffer.size();
      if (got == 0) {
        batch.at = batch.end;
        batch.ends_in_a_line = looked_at > 0;
        return looked_at > 0;
      }
      if (looked_at > longest_) return leave_out(batch);
    }
  }

  // Inside of a range behind the last line that is complete, at its end behind the last one that begins there.
  static std::size_t end_of_lines(const Batch& batch, std::size_t looked_at) {
    const std::string_view text = batch.buffer.text();
    if (batch.at < batch.end) return end_of_last_line(text, looked_at);
    const std::uint64_t last = std::max(batch.end - 1, batch.offset) - batch.offset;
    const std::size_t newline = text.find('\n', std::max<std::size_t>(last, looked_at));
    return newline == std::string_view::npos ? 0 : newline + 1;
  }

  static bool finish(Batch& batch, std::size_t used) {
    const std::size_t rest = batch.buffer.size() - used;
    if (batch.at < batch.end) batch.carry.append(batch.buffer.data() + used, rest);
    batch.buffer.drop_back(rest);
    return true;
  }

  bool leave_out(Batch& batch) {
    batch.troubles.push_back({{}, too_long(longest_), std::string(too_long_hint)});
    const std::uint64_t offset = batch.offset;
    skip_to_line(batch, batch.at);
    batch.offset = offset;
    batch.buffer.clear();
    batch.buffer.append("\n", 1);  // the line itself still counts
    return true;
  }

  const ByteSource& source_;
  std::uint64_t from_, size_;
  std::size_t longest_;
  std::atomic<std::uint64_t> next_ = 0;
};

}  // namespace

std::unique_ptr<Cutter> cut_ranges(const ByteSource& source, std::uint64_t from, std::size_t longest) {
  return std::make_unique<Ranges>(source, from, longest);
}

}  // namespace nsew
