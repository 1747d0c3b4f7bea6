// Micro-architecture: this file can be skipped at first reading.

/// The caches of a machine's virtual processors, which are all those of one core.
public struct CacheGroup: ~Copyable {
  private let members: Owned<TranslationCaches>

  /// The empty caches of `count` virtual processors.
  public init(_ model: CoreModel, count: Int) {
    members = Owned(count: count) { _ in TranslationCaches(model) }
  }

  /// How many virtual processors there are.
  public var count: Int { members.run.count }

  /// The caches of one virtual processor.
  public subscript(number: Int) -> TranslationCaches {
    _read {
      precondition(number >= 0 && number < count, "there is no virtual processor \(number)")
      yield members.run[number]
    }
    _modify {
      precondition(number >= 0 && number < count, "there is no virtual processor \(number)")
      yield &members.run[number]
    }
  }

  /// Carries out the flush of an instruction that one virtual processor has executed: in its own caches
  /// and, if the instruction reaches further by itself, in all others.
  ///
  /// Where it doesn't, software sends the others an interrupt, upon which each executes its own.
  @discardableResult
  public mutating func apply(_ flush: CacheFlush, from sender: Int) -> Int {
    var dropped = self[sender].apply(flush)
    guard flush.isBroadcast else { return dropped }
    for number in 0..<count where number != sender { dropped += self[number].receive(flush) }
    return dropped
  }

  /// Carries out the flush in the caches of every virtual processor, each by its own instruction.
  @discardableResult
  public mutating func applyToAll(_ flush: CacheFlush) -> Int {
    var dropped = 0
    for number in 0..<count { dropped += self[number].apply(flush) }
    return dropped
  }
}
