#include "base/page_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "base/diagnostics.hpp"

namespace nsew {
namespace {

constexpr std::uint64_t stride = 4096;
static_assert(PageFile::page_bytes <= stride);

int unlinked_file(std::string path) {
  path += "/nsew-XXXXXX";
  const int fd = ::mkstemp(path.data());
  if (fd < 0)
    throw Failure(exit_code::write_failed,
                  "no file for what has no room in memory: " + std::system_category().message(errno), {path},
                  "name a folder with room in TMPDIR, or give more --memory");
  ::unlink(path.c_str());
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  return fd;
}

}  // namespace

PageFile::PageFile(const std::string& folder) : fd_(unlinked_file(folder)) {}
PageFile::~PageFile() { ::close(fd_); }

std::optional<std::uint32_t> PageFile::write(const void* page) {
  std::uint32_t place = 0;
  {
    const std::lock_guard lock(mutex_);
    place = free_.empty() ? pages_++ : free_.back();
    if (!free_.empty()) free_.pop_back();
  }
  ssize_t done = 0;
  do done = ::pwrite(fd_, page, page_bytes, static_cast<off_t>(place * stride));
  while (done < 0 && errno == EINTR);
  if (done == static_cast<ssize_t>(page_bytes)) return place;
  full_ = true;
  give_back({place});
  return std::nullopt;
}

void PageFile::read(std::uint32_t place, void* page) const {
  ssize_t done = 0;
  do done = ::pread(fd_, page, page_bytes, static_cast<off_t>(place * stride));
  while (done < 0 && errno == EINTR);
  if (done == static_cast<ssize_t>(page_bytes)) return;
  std::memset(page, 0, page_bytes);
  lost_ = true;
}

void PageFile::give_back(const std::vector<std::uint32_t>& places) {
  const std::lock_guard lock(mutex_);
  free_.insert(free_.end(), places.begin(), places.end());
}

}  // namespace nsew
