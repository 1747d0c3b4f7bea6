/// A file's pages in a host's memory, of which each is read from a device once: by whoever asks first.
///
/// Who asks while a page is being read waits for that reading, and who asks later finds the page. A page
/// that was read stays.
public struct PageCache: Sendable, Hashable {
  /// What it is called in reports.
  public let name: String
  /// The device that the file is on.
  public let device: DeviceNumber
  /// How many pages are read around one that is missing, at most, in blocks side by side.
  public let block: Int
  /// How many pages the file has.
  public let pages: Int

  /// The bytes of a page.
  public static let pageBytes: Int64 = 4096

  /// The pages of a file on a device.
  public init(_ name: String, on device: DeviceNumber, block: Int = 1, pages: Int) {
    self.name = name
    self.device = device
    self.block = block
    self.pages = pages
  }
}

/// Pages of a file that somebody wants.
public struct PageRead: Sendable, Hashable {
  /// The number of the first page.
  public let page: UInt32
  /// How many there are, as a power of two.
  public let order: UInt8
  /// What they are wanted for, in the asker's own numbers.
  public let purpose: UInt8

  /// Two to the power of `order` pages from one on.
  public init(page: UInt32, order: UInt8 = 0, purpose: UInt8 = 0) {
    self.page = page
    self.order = order
    self.purpose = purpose
  }

  /// All of it in one word.
  var word: Int64 { Int64(page) | Int64(order) << 32 | Int64(purpose) << 40 }

  init(word: Int64) {
    page = UInt32(truncatingIfNeeded: word)
    order = UInt8(truncatingIfNeeded: word >> 32)
    purpose = UInt8(truncatingIfNeeded: word >> 40)
  }
}

/// A file's pages at work.
struct PageCacheState {
  let cache: PageCache
  /// When each page is there; never while nobody has had it read.
  private var there = PageMoments()
  private(set) var use = PageCacheUse()

  init(_ cache: PageCache) { self.cache = cache }

  /// When the pages that are wanted now are all there; nothing where they are.
  ///
  /// A device says at once when it will answer, so what is waited for is known as soon as a page is asked
  /// for.
  mutating func answer(
    _ read: PageRead, _ device: inout DeviceState, at time: VirtualTime
  ) -> VirtualTime? {
    let first = Int(read.page)
    let end = first + (1 << Int(read.order))
    let blocksEnd = max(end, min((end + cache.block - 1) / cache.block * cache.block, cache.pages))
    var latest = time
    var hasRead = false
    var page = first
    while page < end {
      let known = there[page]
      guard known == .never else {
        latest = max(latest, known)
        page += 1
        continue
      }
      // All that is missing side by side, within the blocks that are wanted, comes with one request.
      var from = page
      let blockStart = page / cache.block * cache.block
      while from > blockStart, there[from - 1] == .never { from -= 1 }
      var to = page + 1
      while to < blocksEnd, there[to] == .never { to += 1 }
      let bytes = Int64(to - from) * PageCache.pageBytes
      let moment = device.answer(bytes: bytes, at: time)
      for other in from..<to { there[other] = moment }
      use.add(PageCacheUse.Reading(time: time, bytes: bytes, purpose: read.purpose))
      hasRead = true
    }
    let wait = latest - time
    use.ask(hasRead: hasRead, wait: wait)
    return wait > .zero ? latest : nil
  }
}
