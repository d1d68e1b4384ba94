// A bracket scanner over JSON of any size and depth. It knows strings, escapes and depth, and nothing else: whether
// what it cuts is JSON is for the reader to say.
#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

#include "input/framing.hpp"
#include "input/framing_block.hpp"

namespace nsew {
namespace {

constexpr std::size_t none = ~std::size_t{0};
constexpr std::size_t longest_key = 64;

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

class Elements final : public Cutter {
 public:
  Elements(ByteSource& source, std::vector<std::string_view> keys, std::size_t longest)
      : source_(source), keys_(std::move(keys)), longest_(longest) {}

  bool next(Batch& batch) override {
    if (ended_) return false;
    start(batch);
    while (batch.pieces.empty() || batch.buffer.size() < batch_bytes) {
      if (batch.pieces.empty() && begun_ == none) forget_scanned(batch);
      if (batch.buffer.fill(source_, batch_bytes) == 0) return finish(batch);
      scan(batch);
      if (begun_ != none && batch.buffer.size() - begun_ > longest_) leave_out(batch);
    }
    keep_begun(batch);
    return true;
  }

 private:
  enum class Container : std::uint8_t { unknown, object, array };

  // -- the buffer ----------------------------------------------------------------------------------------------------
  void start(Batch& batch) {
    batch.buffer.clear();
    batch.pieces.clear();
    batch.troubles.clear();
    batch.buffer.append(carry_.data(), carry_.size());
    batch.offset = offset_;
    carry_.clear();
  }
  void forget_scanned(Batch& batch) {
    count_lines(batch, at_);
    offset_ += at_;
    batch.offset = offset_;
    batch.buffer.drop_front(at_);
    at_ = counted_ = slow_until_ = 0;
  }
  // Of a batch that is handed out only the element that has begun stays.
  void keep_begun(Batch& batch) {
    count_lines(batch, at_);
    const std::size_t from = begun_ == none ? at_ : begun_;
    carry_.append(batch.buffer.data() + from, batch.buffer.size() - from);
    offset_ += from;
    at_ -= from;
    slow_until_ = 0;
    counted_ -= from;
    if (begun_ != none) begun_ = 0;
  }
  bool finish(Batch& batch) {
    if (ended_) return false;
    ended_ = true;
    if (begun_ != none && depth_ == 0 && !in_string_) end_piece(batch, at_);
    if (begun_ != none)
      batch.troubles.push_back({begun_place_, "the input ends in the middle of a record", std::string(cut_hint), true});
    else if (depth_ > 0)
      batch.troubles.push_back(
          {place(batch, at_), "the input ends before its last bracket is closed", std::string(cut_hint), true});
    begun_ = none;
    return !batch.pieces.empty() || !batch.troubles.empty();
  }
  void leave_out(Batch& batch) {
    batch.troubles.push_back({begun_place_, too_long(longest_), std::string(too_long_hint)});
    begun_ = none;
    left_out_ = true;
  }

  // -- places --------------------------------------------------------------------------------------------------------
  void count_lines(const Batch& batch, std::size_t to) {
    const char* data = batch.buffer.data();
    while (counted_ < to) {
      const auto* newline = static_cast<const char*>(std::memchr(data + counted_, '\n', to - counted_));
      if (newline == nullptr) break;
      counted_ = static_cast<std::size_t>(newline - data) + 1;
      ++line_;
      line_start_ = offset_ + counted_;
    }
    counted_ = std::max(counted_, to);
  }
  Piece place(const Batch& batch, std::size_t at) {
    count_lines(batch, at);
    return {at, 0, line_, offset_ + at - line_start_};
  }

  // -- the scan ------------------------------------------------------------------------------------------------------
  void scan(Batch& batch) {
    const char* data = batch.buffer.data();
    const std::size_t end = batch.buffer.size();
    while (at_ < end) {
      if (end - at_ >= JsonBlock::size && skip_block(data)) continue;
      if (in_string_) {
        in_string(data, end);
      } else {
        plain(batch, data[at_]);
        ++at_;
      }
    }
  }

  // Deep inside of an element nothing matters but depth: by the block, as long as it cannot rise to where elements end
  // or keys are looked for. Blocks with escapes are read by the byte.
  bool skip_block(const char* data) {
    const std::size_t shallow = array_depth_ > 0 ? array_depth_ : 2;
    if (depth_ <= shallow || escaped_ || at_ < slow_until_) return false;
    const JsonBlock block(data + at_);
    slow_until_ = at_ + JsonBlock::size;
    if (block.backslashes != 0) return false;
    const std::uint64_t strings = block.strings() ^ (in_string_ ? ~std::uint64_t{0} : 0);
    const auto closes = static_cast<std::size_t>(std::popcount(block.closes & ~strings));
    if (depth_ - shallow <= closes) return false;
    depth_ += static_cast<std::size_t>(std::popcount(block.opens & ~strings)) - closes;
    in_string_ = strings >> 63 != 0;
    at_ += JsonBlock::size;
    return true;
  }

  void in_string(const char* data, std::size_t end) {
    const bool keep = may_be_key();
    for (; at_ < end; ++at_) {
      const char c = data[at_];
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
        ++at_;
        return;
      }
      if (keep && key_.size() < longest_key) key_.push_back(c);
    }
  }

  void plain(Batch& batch, char c) {
    switch (c) {
      case '"':
        if (at_element() && begun_ == none) begin_piece(batch);
        in_string_ = true;
        key_.clear();
        break;
      case '{':
      case '[':
        open(batch, c);
        break;
      case '}':
      case ']':
        close(batch, c);
        break;
      case ',':
        if (at_element()) end_piece(batch, at_);
        key_.clear();
        break;
      default:
        if (at_element()) scalar(batch, c);
    }
  }

  // Between the elements of the chosen array, or outside of everything: the elements of a piece cut from an array.
  bool at_element() const { return depth_ == array_depth_; }
  bool may_be_key() const {
    return array_depth_ == 0 && (depth_ == 1 || depth_ == 2) && containers_[1] == Container::object &&
           containers_[depth_] == Container::object;
  }
  bool is_chosen() const { return may_be_key() && std::ranges::find(keys_, key_) != keys_.end(); }

  void begin_piece(Batch& batch) {
    if (left_out_) return;
    begun_ = at_;
    begun_place_ = place(batch, at_);
  }
  void end_piece(Batch& batch, std::size_t to) {
    left_out_ = false;
    if (begun_ == none) return;
    begun_place_.at = begun_;
    begun_place_.size = to - begun_;
    batch.pieces.push_back(begun_place_);
    begun_ = none;
  }
  void scalar(Batch& batch, char c) {
    if (!is_blank(c) && begun_ == none) begin_piece(batch);
    if (c == '\n' && depth_ == 0) end_piece(batch, at_);
  }

  void open(Batch& batch, char c) {
    const bool outermost = depth_ == 0 && c == '[' && begun_ == none;
    const bool chosen = outermost || (c == '[' && is_chosen());
    if (at_element() && !chosen) {
      if (begun_ != none) end_piece(batch, at_);
      begin_piece(batch);
    }
    ++depth_;
    if (depth_ <= 2) containers_[depth_] = c == '{' ? Container::object : Container::array;
    key_.clear();
    if (!chosen) return;
    array_depth_ = depth_;
    begun_ = none;
    left_out_ = false;
  }

  void close(Batch& batch, char c) {
    if (at_element()) end_piece(batch, at_);
    if (depth_ == 0) return;  // the end of an array whose beginning is in another piece
    if (depth_ == array_depth_ && c == ']')
      array_depth_ = 0, --depth_;
    else if (depth_ != array_depth_)
      --depth_;
    if (at_element()) end_piece(batch, at_ + 1);
  }

  static constexpr std::string_view cut_hint =
      "it was cut short while it was written or copied; what stands before was read";

  ByteSource& source_;
  std::vector<std::string_view> keys_;
  std::size_t longest_;
  Buffer carry_;
  std::uint64_t offset_ = 0;    // of the buffer's begin
  std::size_t at_ = 0;          // scanned up to here
  std::size_t slow_until_ = 0;  // to be read by the byte up to here
  std::size_t counted_ = 0;     // newlines counted up to here
  std::uint64_t line_ = 0, line_start_ = 0;

  std::size_t begun_ = none;  // the piece that is being scanned
  Piece begun_place_;
  bool left_out_ = false;  // inside an element that was too long
  bool ended_ = false;
  bool in_string_ = false, escaped_ = false;
  std::size_t depth_ = 0, array_depth_ = 0;  // array_depth_: inside the chosen array's bracket; 0 = none
  Container containers_[3] = {};
  std::string key_;  // the last string, where it may be a key
};

}  // namespace

std::unique_ptr<Cutter> cut_elements(ByteSource& source, std::vector<std::string_view> keys, std::size_t longest) {
  return std::make_unique<Elements>(source, std::move(keys), longest);
}

}  // namespace nsew
