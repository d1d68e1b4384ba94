// Cuts binary messages of trace data at their lengths: of 4 bytes, big-endian, as the collector's file exporter writes
// them; varints, as protobuf's delimited streams have them; or those of a bare message's own repeated field, so that it
// is read piece by piece (protobuf: messages one after the other are one message).
#include <optional>
#include <protozero/varint.hpp>

#include "input/framing.hpp"

namespace nsew {
namespace {

constexpr char first_field = 0x0A;  // number 1, of a length

class Messages final : public Cutter {
 public:
  Messages(ByteSource& source, Framing::Prefix prefix) : source_(source), prefix_(prefix) {}

  bool next(Batch& batch) override {
    if (ended_) return false;
    start(batch);
    while (!ended_ && batch.pieces.empty()) {
      const std::size_t before = batch.buffer.size();
      while (batch.buffer.size() < before + batch_bytes && batch.buffer.fill(source_, batch_bytes) > 0) {
      }
      ended_ = batch.buffer.size() == before;
      cut(batch);
      if (batch.pieces.empty()) forget_cut(batch);
    }
    finish(batch);
    return !batch.pieces.empty() || !batch.troubles.empty();
  }

 private:
  struct Extent {
    std::size_t from, size;  // of the frame
  };

  void start(Batch& batch) {
    batch.buffer.clear();
    batch.buffer.append(carry_.data(), carry_.size());
    batch.offset = offset_;
    batch.pieces.clear();
    batch.troubles.clear();
    batch.binary = true;
    carry_.clear();
    at_ = 0;
  }

  void cut(Batch& batch) {
    const std::string_view text = batch.buffer.text();
    while (at_ < text.size()) {
      if (leaving_out_ > 0) {
        const std::size_t out = std::min<std::uint64_t>(leaving_out_, text.size() - at_);
        at_ += out, leaving_out_ -= out;
        continue;
      }
      const auto extent = next_extent(batch, text);
      if (!extent) return;
      if (extent->size > longest_frame) {
        batch.troubles.push_back(
            {place(batch, at_), "a record of more than 256 MiB", "it was left out; export fewer spans per message"});
        leaving_out_ = extent->from + extent->size - at_;
        continue;
      }
      if (text.size() - extent->from < extent->size) return;
      if (extent->size > 0) batch.pieces.push_back(place(batch, extent->from, extent->size));
      at_ = extent->from + extent->size;
    }
  }

  // Of the message that begins at at_; nothing when more bytes are needed, or none begins there.
  std::optional<Extent> next_extent(Batch& batch, std::string_view text) {
    const char *at = text.data() + at_, *end = text.data() + text.size();
    try {
      const bool field = prefix_ == Framing::Prefix::none;
      if (field && *at++ != first_field) return lose(batch);
      const std::uint64_t size =
          prefix_ == Framing::Prefix::big_endian ? four_bytes(&at, end) : protozero::decode_varint(&at, end);
      const auto begin = static_cast<std::size_t>(at - text.data());
      if (!field && size > 0 && at < end && !begins_a_message(*at)) return lose(batch);
      const std::size_t from = field ? at_ : begin;
      if (size > std::uint64_t{1} << 48) return lose(batch);
      return Extent{from, begin - from + static_cast<std::size_t>(size)};
    } catch (const protozero::end_of_buffer_exception&) {
      return std::nullopt;
    } catch (const protozero::exception&) {
      return lose(batch);
    }
  }
  static std::uint64_t four_bytes(const char** at, const char* end) {
    if (end - *at < 4) throw protozero::end_of_buffer_exception{};
    std::uint64_t size = 0;
    for (int i = 0; i < 4; ++i) size = size << 8 | static_cast<unsigned char>(*(*at)++);
    return size;
  }
  static bool begins_a_message(char c) { return c == first_field; }

  // Where the next message begins cannot be known once a length is wrong.
  std::optional<Extent> lose(Batch& batch) {
    batch.troubles.push_back({place(batch, at_), "no message begins where the last one ends",
                              "the file is damaged; what stands before was read", true});
    lost_ = ended_ = true;
    return std::nullopt;
  }

  void forget_cut(Batch& batch) {
    batch.buffer.drop_front(at_);
    offset_ += at_;
    batch.offset = offset_;
    at_ = 0;
  }

  void finish(Batch& batch) {
    const std::size_t rest = batch.buffer.size() - at_;
    if (ended_ && !lost_ && (rest > 0 || leaving_out_ > 0))
      batch.troubles.push_back({place(batch, at_), "the input ends in the middle of a record",
                                "it was cut short while it was written or copied; what stands before was read", true});
    carry_.append(batch.buffer.data() + at_, rest);
    batch.buffer.drop_back(rest);
    offset_ += at_;
  }

  // Binary input is one line.
  static Piece place(const Batch& batch, std::size_t at, std::size_t size = 0) {
    return {at, size, 0, batch.offset + at};
  }

  ByteSource& source_;
  Framing::Prefix prefix_;
  Buffer carry_;
  std::uint64_t offset_ = 0, leaving_out_ = 0;
  std::size_t at_ = 0;  // cut up to here
  bool ended_ = false, lost_ = false;
};

}  // namespace

std::unique_ptr<Cutter> cut_messages(ByteSource& source, Framing::Prefix prefix) {
  return std::make_unique<Messages>(source, prefix);
}

}  // namespace nsew
