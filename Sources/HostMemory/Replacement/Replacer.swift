/// A policy at work on frames: it takes the references one by one.
///
/// Pages are known by their dense numbers, so that what is known of a page lies at its number.
protocol Replacer: ~Copyable {
  /// Empty frames for pages with numbers below `pages`.
  init(frames: Int, pages: Int, _ settings: ReplacementSettings)

  /// Makes a reference, and says what became of it.
  mutating func reference(_ page: UInt32) -> Reply
}

/// What became of a reference: one word, so that it comes back in a register.
struct Reply: Equatable {
  private let word: UInt32

  private init(word: UInt32) { self.word = word }

  /// The page was there.
  static var hit: Reply { Reply(word: .max) }
  /// The page was loaded into a free frame.
  static var loaded: Reply { Reply(word: .max - 1) }

  /// The page was loaded into the frame of `page`.
  @inline(__always)
  static func evicted(_ page: UInt32) -> Reply { Reply(word: page) }

  var isHit: Bool {
    @inline(__always) get { word == .max }
  }

  /// The page that had to go, or nothing.
  var victim: UInt32? {
    @inline(__always) get { word < .max - 1 ? word : nil }
  }
}
