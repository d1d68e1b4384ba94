// Rows that are only ever added: in pages of 4 KB, so that growing never holds them twice, and so that full ones can
// move to a file and are read back one at a time.
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/page_file.hpp"

namespace nsew {

template <class T>
class Pages {
 public:
  static_assert(std::is_trivially_copyable_v<T>);
  // Of one size for all rows: a page that is freed fits again.
  static constexpr std::size_t per_page = PageFile::page_bytes / sizeof(T);
  // As large for every T, so that a whole page can be written.
  static constexpr std::size_t allocated = (PageFile::page_bytes + sizeof(T) - 1) / sizeof(T);

  using Page = std::unique_ptr<T[]>;

  Pages() = default;
  Pages(Pages&& other) noexcept { *this = std::move(other); }
  Pages& operator=(Pages&& other) noexcept {
    next_ = std::exchange(other.next_, nullptr);
    end_ = std::exchange(other.end_, nullptr);
    pages_ = std::exchange(other.pages_, {});
    spare_ = std::exchange(other.spare_, {});
    places_ = std::exchange(other.places_, {});
    file_ = std::exchange(other.file_, nullptr);
    return *this;
  }

  void push_back(const T& row) {
    if (next_ == end_) add_page();
    *next_++ = row;
  }
  // Gives its pages away and is empty; they can be reused, so that rewriting rows costs no memory.
  std::vector<Page> release() {
    next_ = end_ = nullptr;
    if (file_ != nullptr) file_->give_back(std::exchange(places_, {}));
    return std::exchange(pages_, {});
  }
  void reuse(std::vector<Page> pages) { spare_ = std::move(pages); }
  std::size_t size() const {
    return (places_.size() + pages_.size()) * per_page - static_cast<std::size_t>(end_ - next_);
  }
  bool empty() const { return size() == 0; }
  std::size_t in_memory() const { return size() - places_.size() * per_page; }
  void clear() { release(), spare_.clear(); }
  void forget_spare() { spare_.clear(); }

  // Moves full pages to the file, but for the one that is being filled.
  void spill(PageFile& file) {
    file_ = &file;
    const bool last_is_full = next_ == end_;
    std::size_t moved = 0;
    for (const std::size_t full = pages_.size() - (last_is_full || pages_.empty() ? 0 : 1); moved < full; ++moved) {
      const auto place = file.write(pages_[moved].get());
      if (!place) break;
      places_.push_back(*place);
    }
    if (moved == pages_.size()) next_ = end_ = nullptr;
    for (std::size_t i = 0; i < moved && spare_.empty(); ++i) spare_.push_back(std::move(pages_[i]));
    pages_.erase(pages_.begin(), pages_.begin() + static_cast<std::ptrdiff_t>(moved));
  }

  // Of rows that are all in memory.
  T& operator[](std::size_t i) { return pages_[i / per_page][i % per_page]; }
  const T& operator[](std::size_t i) const { return pages_[i / per_page][i % per_page]; }
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = const T&;
    Iterator(const Pages* pages, std::size_t at) : pages_(pages), at_(at) {}
    const T& operator*() const { return (*pages_)[at_]; }
    Iterator& operator++() { return ++at_, *this; }
    bool operator==(const Iterator&) const = default;

   private:
    const Pages* pages_;
    std::size_t at_;
  };
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size()}; }

  // Reads all rows in their order, wherever they are.
  class Reader {
   public:
    explicit Reader(const Pages& pages) : pages_(&pages) { turn(); }
    bool done() const { return at_ == end_; }
    const T& operator*() const { return *at_; }
    Reader& operator++() {
      if (++at_ == end_) turn();
      return *this;
    }

   private:
    void turn() {
      const std::size_t in_file = pages_->places_.size(), page = page_++;
      if (page >= in_file + pages_->pages_.size()) return;
      if (page < in_file) {
        if (buffer_ == nullptr) buffer_ = std::make_unique_for_overwrite<T[]>(allocated);
        pages_->file_->read(pages_->places_[page], buffer_.get());
        at_ = buffer_.get();
      } else {
        at_ = pages_->pages_[page - in_file].get();
      }
      const bool last = page + 1 == in_file + pages_->pages_.size();
      end_ = at_ + per_page - (last ? pages_->end_ - pages_->next_ : 0);
    }
    const Pages* pages_;
    std::size_t page_ = 0;
    const T *at_ = nullptr, *end_ = nullptr;
    Page buffer_;
  };

 private:
  void add_page() {
    if (spare_.empty()) {
      pages_.push_back(std::make_unique_for_overwrite<T[]>(allocated));
    } else {
      pages_.push_back(std::move(spare_.back()));
      spare_.pop_back();
    }
    next_ = pages_.back().get();
    end_ = next_ + per_page;
  }

  T *next_ = nullptr, *end_ = nullptr;  // of the last page: the hot path looks at nothing else
  std::vector<Page> pages_, spare_;
  std::vector<std::uint32_t> places_;  // of the pages in the file, which come before those in memory
  PageFile* file_ = nullptr;
};

}  // namespace nsew
