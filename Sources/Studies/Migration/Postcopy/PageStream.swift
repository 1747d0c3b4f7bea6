import HostMemory

/// The pages that follow a guest: when each comes, by itself or because it is asked for.
///
/// The stream that nobody asks for fills the link. What is written to it already can't be overtaken; a
/// request is answered behind that, or by a stream of its own with which it shares the link.
struct PageStream {
  private let link: MigrationLink
  private let policy: PostcopyPolicy
  /// The pages of 4 KiB in one of the host's.
  let unitPages: Int
  private var missing: PageBits
  private(set) var remaining: Int
  /// When each of the host's pages is there; the greatest time where it is not under way.
  private(set) var arrivals: [Int64]
  private let contents: [UInt32]
  /// What each page holds at the destination.
  private(set) var arrived: [UInt32]
  /// When the stream's next page begins to pass.
  private var free: Int64
  /// When the requests' own stream is free.
  private var requestsFree: Int64
  private var next = 0
  private(set) var complete: Int64
  private(set) var streamed = 0
  private(set) var requests: UInt64 = 0
  private(set) var bytes: UInt64 = 0
  /// The bytes that began to pass, and when.
  var passed: [(bytes: Int64, at: Int64)] = []

  init(
    _ study: MigrationStudy, left: PageBits, contents: [UInt32], arrived: [UInt32], at time: Int64
  ) {
    link = study.ownLink
    policy = study.postcopy ?? PostcopyPolicy()
    unitPages = Int(study.backing.frames)
    missing = left
    missing.widen(to: unitPages)
    self.contents = contents
    self.arrived = arrived
    arrivals = Array(repeating: 0, count: (contents.count + unitPages - 1) / unitPages)
    remaining = 0
    var page = missing.next(from: 0)
    while let found = page {
      let unit = found / unitPages
      arrivals[unit] = .max
      remaining += 1
      // What was sent of it is thrown away, for the host's page comes whole.
      for number in unit * unitPages..<min((unit + 1) * unitPages, contents.count) {
        self.arrived[number] = .max
      }
      page = missing.next(from: (unit + 1) * unitPages)
    }
    free = time
    requestsFree = time
    complete = time
  }

  /// Lets the stream go on by itself until its next page begins to pass after a moment.
  mutating func advance(to moment: Int64) {
    while remaining > 0, free <= moment {
      guard let page = missing.next(from: next) ?? missing.next(from: 0) else { return }
      let unit = page / unitPages
      free = send(unit, at: free, sharing: false)
      streamed += 1
      next = (unit + 1) * unitPages
    }
  }

  /// When a page that a processor waits for from a moment on is there, and whether it was asked for.
  mutating func arrival(of unit: Int, askedAt time: Int64) -> (at: Int64, isRequest: Bool) {
    let asked = time + link.latencyPicoseconds
    advance(to: asked + link.picoseconds(policy.queuedBytes))
    guard arrivals[unit] == .max else { return (arrivals[unit], false) }
    requests += 1
    let last = min(unit + policy.prefetch, arrivals.count - 1)
    for number in unit...last where arrivals[number] == .max {
      if policy.hasOwnChannel {
        let isShared = remaining > 1 || free > asked
        let start = max(requestsFree, asked)
        requestsFree = send(number, at: start, sharing: isShared)
        // What passes here does not pass there.
        if isShared { free = max(free, start) + (requestsFree - start) / 2 }
      } else {
        free = send(number, at: max(free, asked), sharing: false)
      }
    }
    if policy.followsRequests { next = (last + 1) * unitPages }
    return (arrivals[unit], true)
  }

  /// Sends a page of the host's, and gives when the link is free again.
  private mutating func send(_ unit: Int, at start: Int64, sharing isShared: Bool) -> Int64 {
    var size: UInt64 = 0
    for page in unit * unitPages..<min((unit + 1) * unitPages, contents.count) {
      size += contents[page] == 0 ? link.zeroPageBytes : link.pageBytes
      arrived[page] = contents[page]
      missing.remove(page)
    }
    remaining -= 1
    bytes += size
    passed.append((Int64(size), start))
    let end = start + link.picoseconds(size) * (isShared ? 2 : 1)
    arrivals[unit] = end + link.latencyPicoseconds
    complete = max(complete, arrivals[unit])
    return end
  }
}
