// A file without a name that takes pages for which a run has no memory, and gives them back. Several threads may use it
// at once.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace nsew {

class PageFile {
 public:
  static constexpr std::size_t page_bytes = 4080;  // what one page holds; malloc adds what it needs to 4 KB

  // In `folder`; nothing is seen there. Throws Failure(74) when no file can be made.
  explicit PageFile(const std::string& folder);
  ~PageFile();
  PageFile(const PageFile&) = delete;
  PageFile& operator=(const PageFile&) = delete;

  // Where the page is kept from now on; nothing when it could not be written: then it has to stay in memory.
  std::optional<std::uint32_t> write(const void* page);
  // Zeros when it cannot be read; has_lost() says so.
  void read(std::uint32_t place, void* page) const;
  void give_back(const std::vector<std::uint32_t>& places);

  bool is_full() const { return full_; }   // something could not be written
  bool has_lost() const { return lost_; }  // something could not be read back

 private:
  int fd_ = -1;
  std::mutex mutex_;
  std::vector<std::uint32_t> free_;
  std::uint32_t pages_ = 0;
  std::atomic<bool> full_ = false;
  mutable std::atomic<bool> lost_ = false;
};

}  // namespace nsew
