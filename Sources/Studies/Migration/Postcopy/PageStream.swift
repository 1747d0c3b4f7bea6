import HostMemory
import Simulation

/// The pages that follow a guest: what is written to the link next, by itself or because it is asked for.
///
/// The stream that nobody asks for fills the machine's part of the link. What is written to it already
/// can't be overtaken; a request is answered behind that, or by a stream of its own with which it shares
/// that part.
struct PageStream {
  /// The two streams.
  enum Channel: Int, CaseIterable { case main, requests }

  private let link: MigrationLink
  private let policy: PostcopyPolicy
  /// The pages of 4 KiB in one of the host's.
  let unitPages: Int
  private var missing: PageBits
  /// The host's pages that are written to no stream yet, and those that have not passed.
  private var unwritten = 0
  private(set) var remaining = 0
  /// When each of the host's pages is there; the greatest time where that is not known.
  private(set) var arrivals: [Int64]
  private let contents: [UInt32]
  /// What each page holds at the destination.
  private(set) var arrived: [UInt32]
  private var queues = [Line<Int>(), Line<Int>()]
  /// The bytes that are written to the main stream and have not passed.
  private var backlog: UInt64 = 0
  private var next = 0
  private(set) var complete: Int64
  private(set) var streamed = 0
  private(set) var requests: UInt64 = 0
  private(set) var bytes: UInt64 = 0

  init(
    _ study: MigrationStudy, left: PageBits, contents: [UInt32], arrived: [UInt32], at time: Int64
  ) {
    link = study.link
    policy = study.postcopy ?? PostcopyPolicy()
    unitPages = Int(study.backing.frames)
    missing = left
    missing.widen(to: unitPages)
    self.contents = contents
    self.arrived = arrived
    arrivals = Array(repeating: 0, count: (contents.count + unitPages - 1) / unitPages)
    complete = time
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
    unwritten = remaining
    fill()
  }

  /// The bytes of a page of the host's.
  func size(of unit: Int) -> UInt64 {
    var size: UInt64 = 0
    for page in unit * unitPages..<min((unit + 1) * unitPages, contents.count) {
      size += contents[page] == 0 ? link.zeroPageBytes : link.pageBytes
    }
    return size
  }

  /// Writes pages to the main stream until it has as much before it as is written ahead.
  private mutating func fill() {
    while unwritten > 0, backlog <= policy.queuedBytes {
      guard let page = missing.next(from: next) ?? missing.next(from: 0) else { return }
      let unit = page / unitPages
      write(unit, to: .main)
      streamed += 1
      next = (unit + 1) * unitPages
    }
  }

  /// Asks for a page, and says whether it was not under way already.
  mutating func ask(for unit: Int) -> Bool {
    fill()
    guard missing[unit * unitPages] else { return false }
    requests += 1
    let last = min(unit + policy.prefetch, arrivals.count - 1)
    for number in unit...last where missing[number * unitPages] {
      write(number, to: policy.hasOwnChannel ? .requests : .main)
    }
    if policy.followsRequests { next = (last + 1) * unitPages }
    return true
  }

  /// Writes a page of the host's to a stream, as it is: its guest has stopped.
  private mutating func write(_ unit: Int, to channel: Channel) {
    for page in unit * unitPages..<min((unit + 1) * unitPages, contents.count) {
      arrived[page] = contents[page]
      missing.remove(page)
    }
    unwritten -= 1
    queues[channel.rawValue].append(unit)
    if channel == .main { backlog += size(of: unit) }
  }

  /// The page that passes next through a stream.
  mutating func take(from channel: Channel) -> Int? {
    if channel == .main { fill() }
    guard let unit = queues[channel.rawValue].removeFirst() else { return nil }
    bytes += size(of: unit)
    return unit
  }

  /// A page has passed through a stream, and is there after the latency.
  mutating func pass(_ unit: Int, through channel: Channel, at time: Int64) -> Int64 {
    if channel == .main { backlog -= size(of: unit) }
    remaining -= 1
    let arrival = time + link.latencyPicoseconds
    arrivals[unit] = arrival
    complete = max(complete, arrival)
    return arrival
  }
}
