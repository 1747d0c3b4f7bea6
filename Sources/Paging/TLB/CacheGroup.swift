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

  /// Lets `body` use the caches of one virtual processor.
  public mutating func withCaches<Result, Failure: Error>(
    of number: Int, _ body: (inout TranslationCaches) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(number >= 0 && number < count, "there is no virtual processor \(number)")
    return try body(&members.run[number])
  }

  /// Carries out the flush of an instruction that one virtual processor has executed: in its own caches
  /// and, if the instruction reaches further by itself, in all others.
  ///
  /// Where it doesn't, software sends the others an interrupt, upon which each executes its own.
  @discardableResult
  public mutating func apply(_ flush: CacheFlush, from sender: Int) -> Int {
    var dropped = withCaches(of: sender) { $0.apply(flush) }
    guard flush.isBroadcast else { return dropped }
    for number in 0..<count where number != sender {
      dropped += withCaches(of: number) { $0.receive(flush) }
    }
    return dropped
  }

  /// Carries out the flush in the caches of every virtual processor, each by its own instruction.
  @discardableResult
  public mutating func applyToAll(_ flush: CacheFlush) -> Int {
    var dropped = 0
    for number in 0..<count { dropped += withCaches(of: number) { $0.apply(flush) } }
    return dropped
  }
}
