#include "input/framing.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace nsew {

void Buffer::reserve(std::size_t size) {
  if (size <= capacity_) return;
  // A little more than is asked for, and twice as much only where a record is longer than a batch.
  const std::size_t capacity = size <= 2 * batch_bytes ? size + batch_bytes / 4 : std::max(size, capacity_ * 2);
  auto bytes = std::make_unique_for_overwrite<char[]>(capacity + Frame::padding);
  if (size_ > 0) std::memcpy(bytes.get(), bytes_.get(), size_);
  std::memset(bytes.get() + capacity, 0, Frame::padding);
  bytes_ = std::move(bytes);
  capacity_ = capacity;
}

void Buffer::append(const char* bytes, std::size_t size) {
  if (size == 0) return;
  reserve(size_ + size);
  std::memcpy(bytes_.get() + size_, bytes, size);
  size_ += size;
}

std::size_t Buffer::fill(ByteSource& source, std::size_t size) {
  reserve(size_ + size);
  const std::size_t got = source.read(bytes_.get() + size_, size);
  size_ += got;
  return got;
}

void Buffer::drop_front(std::size_t size) {
  size_ -= size;
  if (size_ > 0) std::memmove(bytes_.get(), bytes_.get() + size, size_);  // an unused buffer has no bytes to move
}

std::size_t Buffer::fill_at(const ByteSource& source, std::uint64_t offset, std::size_t size) {
  reserve(size_ + size);
  const std::size_t before = size_;
  while (size_ - before < size) {
    const std::size_t got = source.read_at(offset + (size_ - before), bytes_.get() + size_, size - (size_ - before));
    if (got == 0) break;
    size_ += got;
  }
  return size_ - before;
}

std::string too_long(std::size_t longest) {
  return fmt::format("a record of more than {:.4g} MiB", static_cast<double>(longest) / (1 << 20));
}

std::size_t end_of_last_line(std::string_view text, std::size_t from) {
  constexpr std::size_t step = 4096;  // memchr runs forwards only: backwards by steps, so that little is read twice
  for (std::size_t to = text.size(); to > from;) {
    const std::size_t begin = std::max(from, to > step ? to - step : 0);
    std::size_t end = 0;
    for (std::size_t at = begin; at < to; at = end) {
      const auto* newline = static_cast<const char*>(std::memchr(text.data() + at, '\n', to - at));
      if (newline == nullptr) break;
      end = static_cast<std::size_t>(newline - text.data()) + 1;
    }
    if (end > 0) return end;
    to = begin;
  }
  return 0;
}

namespace {

// The last line of `text` that begins a section; empty when there is none.
std::string_view last_section(std::string_view text, std::string_view key) {
  for (std::size_t at = text.rfind(key); at != std::string_view::npos && at > 0; at = text.rfind(key, at - 1)) {
    const std::size_t newline = text.rfind('\n', at), begin = newline == std::string_view::npos ? 0 : newline + 1;
    const std::string_view line = text.substr(begin, text.find('\n', at) - begin);
    if (begins_section(line, key)) return line;
  }
  return {};
}

class Lines final : public Cutter {
 public:
  Lines(ByteSource& source, std::size_t longest, std::string_view sections)
      : source_(source), longest_(longest), sections_(sections) {}

  bool next(Batch& batch) override {
    start(batch);
    std::size_t looked_at = 0;
    while (true) {
      const bool more = fill(batch.buffer);
      const std::string_view text = batch.buffer.text();
      if (const std::size_t end = end_of_last_line(text, looked_at); end > 0) return finish(batch, end);
      if (!more) {
        batch.ends_in_a_line = !text.empty();
        return finish(batch, text.size());
      }
      looked_at = text.size();
      if (looked_at > longest_) return leave_out(batch);
    }
  }

 private:
  void start(Batch& batch) {
    batch.buffer.clear();
    batch.buffer.append(carry_.data(), carry_.size());
    batch.offset = offset_;
    batch.troubles.clear();
    batch.section = section_;
    batch.ends_in_a_line = false;
    carry_.clear();
  }
  // By a batch's worth, however little the source gives at a time.
  bool fill(Buffer& buffer) {
    const std::size_t before = buffer.size(), wanted = before + batch_bytes;
    while (buffer.size() < wanted && buffer.fill(source_, wanted - buffer.size()) > 0) {
    }
    return buffer.size() > before;
  }
  // What stands behind the last newline waits for the next batch.
  bool finish(Batch& batch, std::size_t used) {
    const std::size_t rest = batch.buffer.size() - used;
    carry_.append(batch.buffer.data() + used, rest);
    batch.buffer.drop_back(rest);
    offset_ += used;
    const auto section = sections_.empty() ? std::string_view{} : last_section(batch.buffer.text(), sections_);
    if (!section.empty()) section_ = section;
    return used > 0;
  }
  bool leave_out(Batch& batch) {
    batch.troubles.push_back({{}, too_long(longest_), std::string(too_long_hint)});
    while (true) {
      offset_ += batch.buffer.size();
      batch.buffer.clear();
      if (batch.buffer.fill(source_, batch_bytes) == 0) break;
      const std::size_t newline = batch.buffer.text().find('\n');
      if (newline == std::string_view::npos) continue;
      carry_.append(batch.buffer.data() + newline + 1, batch.buffer.size() - newline - 1);
      offset_ += newline + 1;
      batch.buffer.clear();
      batch.buffer.append("\n", 1);  // the line itself still counts
      break;
    }
    return true;
  }

  ByteSource& source_;
  std::size_t longest_;
  std::string_view sections_;
  std::string section_;
  Buffer carry_;
  std::uint64_t offset_ = 0;
};

class Whole final : public Cutter {
 public:
  explicit Whole(ByteSource& source) : source_(source) {}
  bool next(Batch& batch) override {
    if (done_) return false;
    done_ = true;
    while (batch.buffer.fill(source_, batch_bytes) > 0)
      if (batch.buffer.size() > longest_frame * 16)
        throw Failure(exit_code::unreadable, "a document of more than 4 GiB", {}, "cut it into smaller files");
    if (batch.buffer.size() > 0) batch.pieces.push_back({0, batch.buffer.size(), 0, 0});
    return true;
  }

 private:
  ByteSource& source_;
  bool done_ = false;
};

}  // namespace

std::unique_ptr<Cutter> cut_lines(ByteSource& source, std::size_t longest, std::string_view sections) {
  return std::make_unique<Lines>(source, longest, sections);
}

bool begins_section(std::string_view line, std::string_view key) {
  constexpr std::string_view blanks = " \t\r";
  for (const char quote : {'{', '"'}) {
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    if (!line.starts_with(quote)) return false;
    line.remove_prefix(1);
  }
  return line.starts_with(key) && line.substr(key.size()).starts_with('"');
}

std::unique_ptr<Cutter> cut_nothing(ByteSource& source) { return std::make_unique<Whole>(source); }

}  // namespace nsew
