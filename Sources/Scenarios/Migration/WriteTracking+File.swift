internal import Hypervisor
internal import Quantities
public import Studies

/// How the tracking of writes is written.
extension WriteTracking: MappingDecodable {
  /// The names of mechanisms, as `nestwalk migrate` has them.
  enum Mechanism: String, Sendable, Hashable, CaseIterable {
    case writeProtection = "wp"
    case manual
    case flags = "dbit"
    case modificationLog = "pml"
    case ring
    case modificationRing = "pml-ring"
  }

  private static let mechanismField = DefaultField(
    "mechanism", ValueForm<Mechanism>.choice(), default: .writeProtection,
    "how the hypervisor learns what is written")
  private static let splitField = OptionalField(
    "split",
    ValueForm<LogSplitting>.choice(among: [
      ("eager", .eager), ("fill", .onFault), ("break", .breaking),
    ]),
    "what becomes of large pages: all are split at the start, or the first write to one splits it whole or"
      + " breaks it; as KVM does on the architecture without")
  private static let ringField = OptionalField(
    "ring", ValueForm<Int>.integer(in: 256...DirtyMechanism.mostRingEntries),
    "with rings, the entries of each processor's, a power of two; 65536 without")
  private static let chunkField = OptionalField(
    "chunk", ValueForm<ByteSize>.quantity(in: ByteSize(1 << 18)...ByteSize(1 << 40)),
    "with manual, the memory whose log is cleared at once; 1 GiB without")

  private static let lockField = OptionalField(
    "lock", ValueForm<FaultLock>.choice(),
    "how processors share the lock that faults are resolved under; as in KVM without")

  /// What such a mapping is.
  public static var noun: String { "a way to track writes" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      mechanismField.declaration, splitField.declaration, ringField.declaration,
      chunkField.declaration, lockField.declaration,
    ]
  }

  /// What tracking is read from.
  public init?(from mapping: inout MappingDecoder) {
    let name = mapping.value(of: Self.mechanismField)
    let splitting = mapping.value(of: Self.splitField)
    let lock = mapping.value(of: Self.lockField)
    var mechanism = DirtyMechanism.writeProtection
    self.init()
    switch name {
    case .writeProtection: break
    case .manual:
      mechanism = .initiallyAllSet
      if let chunk = mapping.value(of: Self.chunkField) {
        if chunk.bytes % (1 << 18) != 0 {
          mapping.refuse(
            "chunk", "it must be a multiple of 256 KiB, the pages of a word of the log")
        }
        chunkBytes = chunk.bytes
      }
    case .flags: mechanism = .flags
    case .modificationLog: mechanism = .modificationLog
    case .ring: mechanism = .ring(entries: mapping.value(of: Self.ringField) ?? 65_536)
    case .modificationRing:
      mechanism = .modificationRing(entries: mapping.value(of: Self.ringField) ?? 65_536)
    }
    // What is no number in range is refused already.
    if mechanism.ringProblem != nil {
      mapping.refuse(
        "ring",
        "it must be a power of two from \(mechanism.fewestRingEntries) to"
          + " \(DirtyMechanism.mostRingEntries)")
    }
    guard mapping.isSound else { return nil }
    self.mechanism = mechanism
    self.splitting = splitting
    self.lock = lock
  }

  var node: Node {
    var list = MemberList()
    list.add("mechanism", .text(mechanismName.rawValue))
    switch splitting {
    case .eager: list.add("split", .text("eager"))
    case .onFault: list.add("split", .text("fill"))
    case .breaking: list.add("split", .text("break"))
    case nil: break
    }
    switch mechanism {
    case .ring(let entries, _), .modificationRing(let entries, _):
      list.add("ring", .literal(entries))
    default: break
    }
    if mechanism == .initiallyAllSet { list.add("chunk", .literal(ByteSize(chunkBytes))) }
    list.add("lock", lock.map { .text($0.rawValue) })
    return list.node
  }

  private var mechanismName: Mechanism {
    switch mechanism {
    case .writeProtection: .writeProtection
    case .initiallyAllSet: .manual
    case .flags: .flags
    case .modificationLog: .modificationLog
    case .ring: .ring
    case .modificationRing: .modificationRing
    }
  }
}
