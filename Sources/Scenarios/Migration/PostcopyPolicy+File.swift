internal import Quantities
public import Studies

/// How post-copy is written.
extension PostcopyPolicy: MappingDecodable {
  private enum Channel: String, CaseIterable, Sendable { case own, shared }

  private static let standard = PostcopyPolicy()
  private static let afterField = DefaultField(
    "afterRounds", ValueForm<Int>.integer(in: 0...10_000), default: 0,
    "after how many rounds of pre-copy the guest is moved; 0 for none")
  private static let channelField = DefaultField(
    "channel", ValueForm<Channel>.choice(), default: .own,
    "whether requests have a stream of their own, as with postcopy-preempt")
  private static let queuedField = DefaultField(
    "queued", ValueForm<ByteSize>.quantity(in: ByteSize(0)...ByteSize(1 << 34)),
    default: ByteSize(standard.queuedBytes),
    "what is written to the stream already and can't be overtaken in it")
  private static let prefetchField = DefaultField(
    "prefetch", ValueForm<Int>.integer(in: 0...65_536), default: standard.prefetch,
    "how many of the host's pages behind a requested one come with it")
  private static let followsField = DefaultField(
    "followsRequests", ValueForm<Bool>.boolean, default: standard.followsRequests,
    "whether the stream goes on behind the page that was requested last")

  /// What such a mapping is.
  public static var noun: String { "a policy of post-copy" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      afterField.declaration, channelField.declaration, queuedField.declaration,
      prefetchField.declaration, followsField.declaration,
    ]
  }

  /// What a policy is read from.
  public init?(from mapping: inout MappingDecoder) {
    self.init()
    afterRounds = mapping.value(of: Self.afterField)
    hasOwnChannel = mapping.value(of: Self.channelField) == .own
    queuedBytes = mapping.value(of: Self.queuedField).bytes
    prefetch = mapping.value(of: Self.prefetchField)
    followsRequests = mapping.value(of: Self.followsField)
    guard mapping.isSound else { return nil }
  }

  var node: Node {
    var list = MemberList()
    list.add("afterRounds", .literal(afterRounds))
    list.add("channel", .text(hasOwnChannel ? "own" : "shared"))
    list.add("queued", .literal(ByteSize(queuedBytes)))
    list.add("prefetch", .literal(prefetch))
    list.add("followsRequests", .literal(followsRequests))
    return list.node
  }
}
