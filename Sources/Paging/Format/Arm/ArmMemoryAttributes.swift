// Arm ARM D8.6, "Memory region attributes", and the pseudocode functions S1DecodeMemAttrs,
// S2DecodeMemAttrs, S2CombineS1MemAttrs, AArch64.S2ApplyFWBMemAttrs and EncodePARAttrs.

/// The memory type and shareability of a location.
struct ArmMemoryAttributes: Sendable, Hashable {
  /// How the location is cached at one level of caches.
  struct Cacheability: Sendable, Hashable {
    /// From the weakest to the strongest: combining two stages takes the lesser.
    enum Policy: Int, Sendable {
      case nonCacheable
      case writeThrough
      case writeBack
    }

    var policy: Policy
    /// Whether reads (bit 1) and writes (bit 0) allocate.
    var hints: UInt8 = 0
    var isTransient = false

    static let nonCacheable = Self(policy: .nonCacheable)
    static let writeBack = Self(policy: .writeBack, hints: 3)

    init(policy: Policy, hints: UInt8 = 0, isTransient: Bool = false) {
      self.policy = policy
      self.hints = hints
      self.isTransient = isTransient
    }

    /// What half of a field of MAIR_EL1 says: DecodeLDFAttr.
    init(_ nibble: UInt8) {
      hints = nibble & 3
      if nibble & 4 == 0 {
        policy = .writeThrough
      } else {
        policy = nibble == 4 ? .nonCacheable : .writeBack
      }
      isTransient = policy != .nonCacheable && hints != 0 && nibble & 8 == 0
    }

    /// What two bits of a stage-2 MemAttr say.
    ///
    /// The encoding 0 is reserved in one half: the model takes Write-Back, one of the three CONSTRAINED
    /// UNPREDICTABLE choices.
    init(ofStage2 bits: UInt8) {
      switch bits {
      case 1: policy = .nonCacheable
      case 2: policy = .writeThrough
      default: policy = .writeBack
      }
    }

    /// The encoding in half of a field of MAIR_EL1.
    var encoding: UInt8 {
      switch policy {
      case .nonCacheable: 0b0100
      case .writeThrough: (isTransient ? 0b0000 : 0b1000) | hints
      case .writeBack: (isTransient ? 0b0100 : 0b1100) | hints
      }
    }

    /// S2CombineS1AttrHints: the weaker policy, with stage 1's hints.
    func combined(with stage2: Self) -> Self {
      let policy = policy.rawValue < stage2.policy.rawValue ? policy : stage2.policy
      guard policy != .nonCacheable else { return .nonCacheable }
      return Self(policy: policy, hints: hints, isTransient: isTransient)
    }

    /// Write-Back with the hints that a cacheable stage 1 has.
    var forcedWriteBack: Self {
      guard policy != .nonCacheable else { return .writeBack }
      return Self(policy: .writeBack, hints: hints, isTransient: isTransient)
    }
  }

  /// The memory type.
  enum MemoryType: Sendable, Hashable {
    /// Device: 0 is nGnRnE, 1 nGnRE, 2 nGRE, 3 GRE.
    case device(UInt8)
    case normal(outer: Cacheability, inner: Cacheability)

    static let nonCacheable = MemoryType.normal(outer: .nonCacheable, inner: .nonCacheable)
    static let writeBack = MemoryType.normal(outer: .writeBack, inner: .writeBack)
  }

  var type: MemoryType
  /// As SH encodes it: 0 non-shareable, 2 outer, 3 inner.
  var shareability: UInt8
  /// Whether memory tags are kept for the location (FEAT_MTE2).
  var isTagged = false

  /// SH = 1 is reserved: the model takes non-shareable, one of the CONSTRAINED UNPREDICTABLE choices.
  private static func shareability(_ field: UInt64) -> UInt8 { field == 1 ? 0 : UInt8(field) }

  /// What a translation's leaf entries give under these registers.
  init(of translation: Translation, _ registers: ArmRegisters) {
    if registers.stage1IsOn {
      self.init(stage1: translation.guestEntry, mair: registers.mairEL1)
    } else {
      self.init(stage1OffWith: registers.hcrEL2)
    }
    if registers.stage2IsOn {
      self = combined(withStage2: translation.hostEntry, hcr: registers.hcrEL2)
    }
  }

  private init(_ type: MemoryType, shareability: UInt8, isTagged: Bool = false) {
    self.type = type
    self.shareability = shareability
    self.isTagged = isTagged
  }

  /// S1DecodeMemAttrs: what the entry's field of MAIR_EL1 says.
  ///
  /// A reserved value is CONSTRAINED UNPREDICTABLE; the model takes Device-nGnRnE.
  init(stage1 entry: UInt64, mair: UInt64) {
    let field = UInt8(mair >> (ArmStage1Entry.attributeIndex.of(entry) * 8) & 0xff)
    shareability = Self.shareability(ArmStage1Entry.shareability.of(entry))
    if field == 0xf0 {
      type = .writeBack
      isTagged = true
    } else if field & 0xf0 == 0 {
      type = .device(field & 3 == 0 ? field >> 2 : 0)
    } else if field & 0x0f == 0 {
      type = .device(0)
    } else {
      type = .normal(outer: Cacheability(field >> 4), inner: Cacheability(field & 0xf))
    }
  }

  /// The values of AttrIndx that stand for Device memory, one bit each.
  static func deviceIndexes(mair: UInt64) -> UInt64 {
    (0..<8 as Range<UInt64>).reduce(0) { indexes, index in
      let entry = ArmStage1Entry.attributeIndex.holding(index)
      guard case .device = Self(stage1: entry, mair: mair).type else { return indexes }
      return indexes | 1 << index
    }
  }

  /// AArch64.S1DisabledOutput for a data access.
  init(stage1OffWith hcr: UInt64) {
    if Bits(12).isSet(in: hcr) {
      self.init(.writeBack, shareability: 0, isTagged: Bits(57).isSet(in: hcr))
    } else {
      self.init(.device(0), shareability: 2)
    }
  }

  /// What stage 1's attributes become at stage 2.
  func combined(withStage2 entry: UInt64, hcr: UInt64) -> Self {
    let field = UInt8(ArmStage2Entry.memoryAttributes.of(entry))
    let type =
      Bits(46).isSet(in: hcr)
      ? Self.forced(self.type, field, isUncached: Bits(32).isSet(in: hcr))
      : Self.combined(self.type, field, isUncached: Bits(32).isSet(in: hcr))
    let other = Self.shareability(ArmStage2Entry.shareability.of(entry))
    var result = Self(
      type,
      shareability: shareability == 2 || other == 2 ? 2 : max(shareability, other))
    result.isTagged = isTagged && type == .writeBack
    return result
  }

  /// S2CombineS1MemAttrs: HCR_EL2.FWB is clear.
  private static func combined(
    _ stage1: MemoryType, _ field: UInt8, isUncached: Bool
  ) -> MemoryType {
    let isDevice = field & 0b1100 == 0
    switch (stage1, isDevice) {
    case (.device(let kind), true): return .device(min(kind, field & 3))
    case (.device, false): return stage1
    case (.normal, true): return .device(field & 3)
    case (.normal(let outer, let inner), false):
      if isUncached { return .nonCacheable }
      return .normal(
        outer: outer.combined(with: Cacheability(ofStage2: field >> 2)),
        inner: inner.combined(with: Cacheability(ofStage2: field & 3)))
    }
  }

  /// AArch64.S2ApplyFWBMemAttrs: HCR_EL2.FWB is set.
  private static func forced(
    _ stage1: MemoryType, _ field: UInt8, isUncached: Bool
  ) -> MemoryType {
    let type: MemoryType
    switch (field & 0b0111, stage1) {
    case (0...3, .device(let kind)): type = .device(min(kind, field & 3))
    case (0...3, .normal): type = .device(field & 3)
    case (7, _): type = stage1
    case (6, .device): type = .writeBack
    case (6, .normal(let outer, let inner)):
      type = .normal(outer: outer.forcedWriteBack, inner: inner.forcedWriteBack)
    case (_, .device): type = stage1
    case (_, .normal): type = .nonCacheable
    }
    if isUncached, case .normal = type { return .nonCacheable }
    return type
  }

  /// The type as a field of MAIR_EL1 has it: EncodePARAttrs.
  var encoding: UInt8 {
    if isTagged { return 0xf0 }
    return switch type {
    case .device(let kind): kind << 2
    case .normal(let outer, let inner): outer.encoding << 4 | inner.encoding
    }
  }

  /// PAREncodeShareability: what can't be cached is outer shareable.
  var reportedShareability: UInt8 {
    switch type {
    case .device, .nonCacheable: 2
    case .normal: shareability
    }
  }
}

extension ArmMemoryAttributes.MemoryType {
  /// Lets a type be matched as a pattern.
  fileprivate static func ~= (pattern: Self, value: Self) -> Bool { pattern == value }
}
