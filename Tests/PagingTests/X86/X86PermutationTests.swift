import Guests
import Testing

@testable import Paging

/// Guests over EPT and over nested tables against formulas over flags: outcome, report and entries.
///
/// The flags of a case are counted up as an integer. Those that a test does not count stay permissive;
/// the last tests choose all of them at random, in every shape of both stages.
@Suite("x86-64 permutations")
struct X86PermutationTests {
  /// Counts up flags of guest and EPT.
  private func count(
    _ guest: [X86GuestFlag], _ host: [EPTFlag] = [], shape: X86PermutationShape = .init()
  ) throws {
    var patience = 20
    var memory = try eptMemory(shape)
    var processor = try X86Processor(X86Registers())
    for number in 0..<1 << UInt64(guest.count + host.count) as Range<UInt64> {
      var test = EPTPermutation()
      test.guest.assign(number, to: guest)
      test.host.assign(number >> UInt64(guest.count), to: host)
      if try run(test, &memory, &processor) == "mismatch" { patience -= 1 }
      // More of the same tells nothing new.
      if patience == 0 { return }
    }
  }

  /// Counts up flags of guest and nested tables.
  private func count(
    _ guest: [X86GuestFlag], _ host: [NestedFlag], shape: X86PermutationShape = .init()
  ) throws {
    var patience = 20
    var memory = try nestedMemory(shape)
    var processor = try X86Processor(X86Registers())
    for number in 0..<1 << UInt64(guest.count + host.count) as Range<UInt64> {
      var test = NestedPermutation()
      test.guest.assign(number, to: guest)
      test.host.assign(number >> UInt64(guest.count), to: host)
      if try run(test, &memory, &processor) == "mismatch" { patience -= 1 }
      // More of the same tells nothing new.
      if patience == 0 { return }
    }
  }

  private func eptMemory(_ shape: X86PermutationShape) throws -> X86PermutationMemory {
    try X86PermutationMemory(shape, hostTableFlags: 0x507, hostLeafFlags: 0x737)
  }

  private func nestedMemory(_ shape: X86PermutationShape) throws -> X86PermutationMemory {
    try X86PermutationMemory(shape, hostTableFlags: 0x27, hostLeafFlags: 0x67)
  }

  /// Runs a case and returns what came of it; nothing if there is no such access.
  private func run(
    _ test: EPTPermutation, _ memory: inout X86PermutationMemory, _ processor: inout X86Processor
  ) throws -> String? {
    guard test.guest.isLegal else { return nil }
    let expected = test.outcome(memory)
    memory.words = test.words(memory)
    try processor.set(test.registers(memory))
    return memory.test(
      expected, test.formula(memory.shape).access, processor, "[\(test.guest)] [\(test.host)]")
  }

  /// Runs a case and returns what came of it; nothing if there is no such access.
  private func run(
    _ test: NestedPermutation, _ memory: inout X86PermutationMemory, _ processor: inout X86Processor
  ) throws -> String? {
    guard test.guest.isLegal else { return nil }
    let expected = test.outcome(memory)
    memory.words = test.words(memory)
    try processor.set(test.registers(memory))
    return memory.test(
      expected, test.formula(memory.shape).access, processor, "[\(test.guest)] [\(test.host)]")
  }

  private static let access: [X86GuestFlag] = [.user, .write, .fetch]

  @Test("The guest's rights, over EPT and over nested tables")
  func guestRights() throws {
    let flags: [X86GuestFlag] =
      [
        .leafWrite, .leafUser, .leafNoExecute, .upperWrite, .upperUser, .upperNoExecute,
        .writeProtect, .smep, .smap, .alignmentCheck, .noExecuteEnable,
      ] + Self.access
    try count(flags)
    try count(flags, [] as [NestedFlag])
  }

  @Test("Protection keys")
  func protectionKeys() throws {
    try count(
      [
        .leafWrite, .leafUser, .leafKey, .upperUser, .userKeys, .supervisorKeys, .userKeyAccess,
        .userKeyWrite, .supervisorKeyAccess, .supervisorKeyWrite, .writeProtect,
      ] + Self.access)
  }

  @Test("Reserved bits of the guest's entries at each level")
  func guestReserved() throws {
    for guestLevels in 4...5 {
      for leaf in 0...2 {
        for upper in leaf + 1..<guestLevels {
          let shape = X86PermutationShape(
            guestLevels: guestLevels, guestLeaf: leaf, guestUpper: upper)
          let flags: [X86GuestFlag] = [
            .leafPresent, .leafReservedAddress, .leafMisaligned, .upperPresent,
            .upperReservedAddress, .upperPageSize, .upperGlobal, .ignored, .noExecuteEnable,
            .leafNoExecute,
          ]
          try count(flags, shape: shape)
          try count(flags, [] as [NestedFlag], shape: shape)
        }
      }
    }
  }

  @Test("The rights of EPT: execute-only, write-only, mode-based execute")
  func eptRights() throws {
    try count(
      [.leafUser, .write, .fetch],
      [
        .leafRead, .leafWrite, .leafExecute, .leafExecuteUser, .upperRead, .upperWrite,
        .upperExecute, .upperExecuteUser, .modeBased, .executeOnly, .advancedInformation,
      ])
  }

  @Test("Guest tables in EPT, with accessed and dirty flags and without")
  func eptTables() throws {
    try count(
      [.leafAccessed, .leafDirty, .upperAccessed, .onSuccess, .write, .leafWrite],
      [
        .tableRead, .tableWrite, .tableExecute, .tableAccessed, .tableDirty, .tableReservedType,
        .hasFlags, .modeBased,
      ])
  }

  @Test("Accessed and dirty flags of both stages")
  func eptFlags() throws {
    try count(
      [.leafAccessed, .leafDirty, .upperAccessed, .onSuccess, .write, .fetch],
      [
        .leafAccessed, .leafDirty, .leafWrite, .upperAccessed, .tableAccessed, .tableDirty,
        .hasFlags,
      ])
  }

  @Test("Each cause of a misconfiguration at each level")
  func eptMisconfigurations() throws {
    for hostLevels in 4...5 {
      for leaf in 0...2 {
        for upper in leaf + 1..<hostLevels {
          let shape = X86PermutationShape(
            hostLevels: hostLevels, hostLeaf: leaf, hostUpper: upper)
          try count(
            [.write], [.leafType0, .leafType1, .leafType2, .leafRead, .leafWrite, .ignored],
            shape: shape)
          try count(
            [],
            [
              .leafReservedAddress, .leafMisaligned, .upperReservedAddress, .upperReservedLow,
              .upperReservedHigh, .upperPageSize, .largePages, .leafRead, .upperWrite,
            ], shape: shape)
        }
      }
    }
  }

  @Test("The rights of nested tables, in which the host's registers change nothing")
  func nestedRights() throws {
    try count(
      Self.access,
      [
        .leafWrite, .leafUser, .leafNoExecute, .upperWrite, .upperUser, .upperNoExecute,
        .writeProtect, .smep, .smap, .keys, .noExecuteEnable,
      ])
  }

  @Test("Guest tables in nested tables")
  func nestedTables() throws {
    try count(
      [.leafAccessed, .leafDirty, .upperAccessed, .onSuccess, .write],
      [
        .tablePresent, .tableWrite, .tableUser, .tableNoExecute, .tableAccessed, .tableDirty,
        .tableReservedAddress, .upperAccessed, .noExecuteEnable,
      ])
  }

  @Test("Reserved bits of nested entries at each level")
  func nestedReserved() throws {
    for hostLevels in 4...5 {
      for leaf in 0...2 {
        for upper in leaf + 1..<hostLevels {
          try count(
            [],
            [
              .leafPresent, .leafReservedAddress, .leafMisaligned, .upperPresent,
              .upperReservedAddress, .upperPageSize, .upperGlobal, .ignored, .noExecuteEnable,
              .leafNoExecute,
            ],
            shape: X86PermutationShape(
              hostLevels: hostLevels, hostLeaf: leaf, hostUpper: upper))
        }
      }
    }
  }

  @Test("Everything at once, in every shape, over EPT", arguments: [1, 2] as [UInt64])
  func randomOverEPT(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var seen: [String: Int] = [:]
    var processor = try X86Processor(X86Registers())
    for shape in X86PermutationShape.all {
      var memory = try eptMemory(shape)
      for _ in 0..<200 {
        var test = EPTPermutation()
        test.guest.disturb(8, using: &random)
        test.host.disturb(10, using: &random)
        if let kind = try run(test, &memory, &processor) { seen[kind, default: 0] += 1 }
        if seen["mismatch", default: 0] == 20 { return }
      }
    }
    for kind in ["page", "page-fault", "ept-violation", "ept-misconfiguration"] {
      #expect(seen[kind, default: 0] > 500, "too few cases of \(kind) to tell")
    }
  }

  @Test("Everything at once, in every shape, over nested tables", arguments: [3, 4] as [UInt64])
  func randomOverNested(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var seen: [String: Int] = [:]
    var processor = try X86Processor(X86Registers())
    for shape in X86PermutationShape.all {
      var memory = try nestedMemory(shape)
      for _ in 0..<200 {
        var test = NestedPermutation()
        test.guest.disturb(8, using: &random)
        test.host.disturb(10, using: &random)
        if let kind = try run(test, &memory, &processor) { seen[kind, default: 0] += 1 }
        if seen["mismatch", default: 0] == 20 { return }
      }
    }
    for kind in ["page", "page-fault", "nested-page-fault"] {
      #expect(seen[kind, default: 0] > 500, "too few cases of \(kind) to tell")
    }
  }
}
