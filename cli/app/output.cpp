#include "app/output.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/escape.hpp"

namespace nsew {
namespace {

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

// 0, or the errno of the write that failed.
int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return written < 0 ? errno : EIO;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

[[noreturn]] void fail(const std::string& path, int error) {
  throw Failure(exit_code::write_failed, fmt::format("could not be written: {}", std::strerror(error)), {path},
                error == ENOENT ? "create the folder first" : "");
}

bool is_special(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode);
}

void write_in_place(const std::string& path, std::string_view text) {
  const Descriptor file{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
  if (file.fd < 0) fail(path, errno);
  if (const int error = write_all(file.fd, text)) fail(path, error);
}

void print_line(std::string_view line) {
  std::string text(line);
  text += '\n';
  write_all(STDERR_FILENO, text);
}

void print_message(const Location& where, std::string_view level, std::string_view message, std::string_view hint) {
  const std::string place = where.file.empty() ? "nsew" : escape::terminal(to_string(where));
  print_line(fmt::format("{}: {}: {}", place, level, escape::terminal(message)));
  if (!hint.empty()) print_line(fmt::format("  hint: {}", escape::terminal(hint)));
}

}  // namespace

void write_stdout(std::string_view text) {
  std::signal(SIGPIPE, SIG_IGN);
  const int error = write_all(STDOUT_FILENO, text);
  if (error == EPIPE) std::_Exit(exit_code::fine);
  if (error != 0) fail("<stdout>", error);
}

void write_file(const std::string& path, std::string_view text) {
  if (is_special(path)) return write_in_place(path, text);
  std::string temporary = path + ".XXXXXX";
  {
    const Descriptor file{::mkstemp(temporary.data())};
    if (file.fd < 0) fail(path, errno);
    int error = ::fchmod(file.fd, 0644) != 0 ? errno : write_all(file.fd, text);
    if (error == 0 && ::fsync(file.fd) != 0) error = errno;
    if (error != 0) {
      ::unlink(temporary.c_str());
      fail(path, error);
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    fail(path, error);
  }
}

void print_diagnostics(const std::vector<Diagnostic>& said, bool quiet, bool verbose) {
  for (const Diagnostic& one : said) {
    if (quiet && one.level != Severity::error) continue;
    if (!verbose && one.level == Severity::info) continue;
    print_message(one.location, name_of(one.level), one.message, one.hint);
  }
}

void print_failure(const Failure& failure) { print_message(failure.where, "error", failure.what(), failure.hint); }

bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

}  // namespace nsew
