#include "base/bytes.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <system_error>

#include <zlib.h>
#include <zstd.h>

namespace nsew {
namespace {

constexpr std::size_t one_read = std::size_t{256} << 10;
[[maybe_unused]] constexpr int pipe_size = 1 << 20;  // three times as fast as the default of 64 KiB

Failure cannot(const std::string& path, int error) {
  const bool missing = error == ENOENT || error == ENOTDIR;
  return {missing ? exit_code::no_input : exit_code::unreadable,
          "cannot be read: " + std::system_category().message(error),
          {shown_name(path)},
          missing           ? "check the path; `-` reads standard input"
          : error == EISDIR ? "name the files in it, or let nsew walk it"
          : error == EACCES ? "check its permissions"
                            : ""};
}

class File final : public ByteSource {
 public:
  explicit File(std::string path) : path_(std::move(path)) {
    const bool is_stdin = path_ == "-";
    fd_ = is_stdin ? STDIN_FILENO : ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0) throw cannot(path_, errno);
    struct stat about {};
    if (::fstat(fd_, &about) != 0) return;
    if (S_ISFIFO(about.st_mode)) widen_pipe();
    if (S_ISREG(about.st_mode) && !is_stdin) size_ = static_cast<std::uint64_t>(about.st_size);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() override {
    if (fd_ > STDIN_FILENO) ::close(fd_);
  }
  std::size_t read(char* to, std::size_t size) override {
    while (true) {
      const ssize_t got = ::read(fd_, to, std::min(size, one_read));
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) throw cannot(path_, errno);
    }
  }
  std::uint64_t size() const override { return size_; }
  std::size_t read_at(std::uint64_t offset, char* to, std::size_t size) const override {
    while (true) {
      const ssize_t got = ::pread(fd_, to, std::min(size, one_read), static_cast<off_t>(offset));
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) throw cannot(path_, errno);
    }
  }

 private:
  void widen_pipe() const {
#ifdef F_SETPIPE_SZ
    ::fcntl(fd_, F_SETPIPE_SZ, pipe_size);
#endif
  }

  std::string path_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

// A file of which the first bytes were looked at.
class Peeked final : public ByteSource {
 public:
  explicit Peeked(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {
    first_.resize(4);
    std::size_t have = 0;
    while (have < first_.size()) {
      const std::size_t got = source_->read(first_.data() + have, first_.size() - have);
      if (got == 0) break;
      have += got;
    }
    first_.resize(have);
  }
  std::string_view first() const { return first_; }
  std::size_t read(char* to, std::size_t size) override {
    if (at_ == first_.size()) return source_->read(to, size);
    const std::size_t n = first_.copy(to, size, at_);
    at_ += n;
    return n;
  }
  std::uint64_t size() const override { return source_->size(); }
  std::size_t read_at(std::uint64_t offset, char* to, std::size_t size) const override {
    return source_->read_at(offset, to, size);
  }

 private:
  std::unique_ptr<ByteSource> source_;
  std::string first_;
  std::size_t at_ = 0;
};

// What both decompressors share: an input buffer, and how it can end.
class Unpacker : public ByteSource {
 public:
  explicit Unpacker(std::unique_ptr<ByteSource> packed) : packed_(std::move(packed)), buffer_(one_read, '\0') {}
  bool cut_short() const final { return cut_short_; }
  std::string damage() const final { return damage_; }

  std::size_t read(char* to, std::size_t size) final {
    while (!ended_ && size > 0) {
      if (left_ == 0 && !refill()) break;
      const std::size_t made = unpack(to, size);
      if (made > 0) return made;
    }
    return 0;
  }

 protected:
  // Takes from next_/left_, gives up to `size` bytes; calls damaged() or finished().
  virtual std::size_t unpack(char* to, std::size_t size) = 0;
  // At the end of the packed bytes: nothing is owed.
  virtual bool complete() const = 0;
  void damaged(std::string why) {
    cut_short_ = ended_ = true;
    damage_ = std::move(why);
  }
  void finished() { ended_ = true; }

  const char* next_ = nullptr;
  std::size_t left_ = 0;

 private:
  bool refill() {
    left_ = packed_->read(buffer_.data(), buffer_.size());
    next_ = buffer_.data();
    if (left_ > 0) return true;
    ended_ = true;
    cut_short_ = !complete();
    return false;
  }

  std::unique_ptr<ByteSource> packed_;
  std::string buffer_;
  bool ended_ = false, cut_short_ = false;
  std::string damage_;
};

class Gunzip final : public Unpacker {
 public:
  explicit Gunzip(std::unique_ptr<ByteSource> packed) : Unpacker(std::move(packed)) {
    if (::inflateInit2(&stream_, 15 + 16) != Z_OK) throw std::bad_alloc();
  }
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;
  ~Gunzip() override { ::inflateEnd(&stream_); }

 private:
  std::size_t unpack(char* to, std::size_t size) override {
    if (between_members_ && !begin_member()) return 0;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(next_));  // zlib's interface predates const
    stream_.avail_in = static_cast<uInt>(left_);
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    const std::size_t room = std::min<std::size_t>(size, std::size_t{1} << 30);
    stream_.avail_out = static_cast<uInt>(room);
    const int result = ::inflate(&stream_, Z_NO_FLUSH);
    next_ += left_ - stream_.avail_in;
    left_ = stream_.avail_in;
    if (result == Z_STREAM_END)
      between_members_ = true;
    else if (result != Z_OK && result != Z_BUF_ERROR)
      damaged(stream_.msg != nullptr ? stream_.msg : "not gzip");
    return room - stream_.avail_out;
  }
  // After a member comes the next one, or padding that gzip ignores as well.
  bool begin_member() {
    if (*next_ != '\x1f') {
      finished();
      return false;
    }
    between_members_ = false;
    return ::inflateReset(&stream_) == Z_OK;
  }
  bool complete() const override { return between_members_; }

  z_stream stream_{};
  bool between_members_ = false;
};

class Unzstd final : public Unpacker {
 public:
  explicit Unzstd(std::unique_ptr<ByteSource> packed) : Unpacker(std::move(packed)), stream_(::ZSTD_createDStream()) {
    if (stream_ == nullptr) throw std::bad_alloc();
  }
  Unzstd(const Unzstd&) = delete;
  Unzstd& operator=(const Unzstd&) = delete;
  ~Unzstd() override { ::ZSTD_freeDStream(stream_); }

 private:
  std::size_t unpack(char* to, std::size_t size) override {
    ZSTD_inBuffer in{next_, left_, 0};
    ZSTD_outBuffer out{to, size, 0};
    owed_ = ::ZSTD_decompressStream(stream_, &out, &in);
    next_ += in.pos;
    left_ -= in.pos;
    if (::ZSTD_isError(owed_) != 0U) damaged(::ZSTD_getErrorName(owed_));
    return out.pos;
  }
  bool complete() const override { return owed_ == 0; }

  ZSTD_DStream* stream_;
  std::size_t owed_ = 1;
};

bool is_link_to_nothing(const std::filesystem::directory_entry& entry) {
  std::error_code error;
  return !entry.exists(error);
}

bool left_out(const std::filesystem::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  std::error_code error;
  return name.starts_with('.') || name == "node_modules" || is_link_to_nothing(entry) ||
         !(entry.is_regular_file(error) || entry.is_directory(error));
}

struct Walk {
  std::vector<WalkedFile> files;
  std::set<std::pair<dev_t, ino_t>> entered;

  void enter(const std::filesystem::path& folder) {
    struct stat about {};
    if (::stat(folder.c_str(), &about) != 0 || !entered.emplace(about.st_dev, about.st_ino).second) return;
    std::error_code error;
    std::filesystem::directory_iterator entries(folder, error);
    // An unreadable folder is listed as if it were a file, so that opening it says why.
    if (error) files.push_back({folder.string()});
    for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
      if (left_out(*entries)) continue;
      if (std::error_code e; entries->is_directory(e))
        enter(entries->path());
      else
        files.push_back({entries->path().string()});
    }
  }
};

}  // namespace

std::unique_ptr<ByteSource> open_bytes(const std::string& path) {
  auto file = std::make_unique<Peeked>(std::make_unique<File>(path));
  const std::string first(file->first());
  if (first.starts_with("\x1f\x8b")) return std::make_unique<Gunzip>(std::move(file));
  if (first == "\x28\xb5\x2f\xfd") return std::make_unique<Unzstd>(std::move(file));
  return file;
}

std::string shown_name(const std::string& path) { return path == "-" ? "<stdin>" : path; }

std::vector<WalkedFile> walk(const std::string& path) {
  if (path == "-") return {{path, true}};
  std::error_code error;
  const auto kind = std::filesystem::status(path, error);
  if (!std::filesystem::exists(kind)) throw cannot(path, error ? error.value() : ENOENT);
  if (!std::filesystem::is_directory(kind)) return {{path, true}};
  Walk walked;
  walked.enter(path);
  std::ranges::sort(walked.files, {}, &WalkedFile::path);
  return std::move(walked.files);
}

std::string read_all(ByteSource& source, std::size_t limit) {
  std::string all;
  std::size_t have = 0;
  while (true) {
    all.resize(std::max(all.size(), std::min(have + one_read, limit + 1)));
    if (all.size() - have < one_read && all.size() <= limit) all.resize(std::min(all.size() * 2, limit + 1));
    const std::size_t got = source.read(all.data() + have, all.size() - have);
    if (got == 0) break;
    have += got;
    if (have > limit)
      throw Failure(exit_code::unreadable, "larger than " + std::to_string(limit >> 20) + " MiB in one document", {},
                    "cut it into smaller files");
  }
  all.resize(have);
  return all;
}

}  // namespace nsew
