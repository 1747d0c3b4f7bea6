import Paging
import Testing

@testable import Hypervisor

/// What the processor finds for L2, beside the composition of the tables that it does not walk.
@Suite("translations of a nested guest") struct NestedTranslationTests {
  @Test(
    "The processor arrives where L2's tables, EPT12 and EPT01 lead one after the other",
    arguments: NestingScheme.allCases, NestedCountTests.Size.all)
  func composition(scheme: NestingScheme, size: NestedCountTests.Size) throws {
    var machine = try NestedMachine(scheme, levels: size.levels, pageBytes: size.pageBytes)
    for number in 0..<5 as Range<UInt64> {
      let address = machine.target + number * size.pageBytes + 0x238
      let frame = GuestPhysical(machine.layout.data.lowerBound + (9 - number) * size.pageBytes)
      let touch = try machine.touch(address, frame: frame)
      let translation = try #require(touch.translation)
      let composed = machine.composed(address)
      #expect(translation.hostPhysical == composed)
      let guestPage =
        scheme == .extended ? frame.value + 0x238 : (machine.innerBacking[frame.value] ?? 0) + 0x238
      #expect(translation.guestPhysical.value == guestPage)
      #expect(translation.guestPageBytes == size.pageBytes)
      #expect(translation.hostPageBytes == size.pageBytes)
    }
  }

  @Test("The trees are whole: reading GPT2 through EPT12 through EPT01 gives the same page")
  func trees() throws {
    var machine = try NestedMachine(.extended)
    let touch = try machine.touch()
    let outer = machine.extended01.root
    let middle = try HostRoot(
      .ept4, at: HostPhysical(machine.extended12Root), placed: .through(outer))
    let guest = try GuestRoot(
      .x86Level4, at: GuestPhysical(machine.guest2Root), placed: .through(middle))
    let target = machine.target
    let first = guest.page(at: target, in: machine.memory)?.address ?? GuestPhysical(0)
    let second = middle.page(at: first, in: machine.memory)?.address ?? HostPhysical(0)
    let third = outer.page(at: GuestPhysical(second.value), in: machine.memory)?.address
    #expect(third == touch.translation?.hostPhysical)
    let merged = machine.extended02.page(at: first, in: machine.memory)?.address
    #expect(merged == third)
    // Each space is a permutation of the one before: nothing arrives by chance.
    #expect(first.value != second.value)
    #expect(second.value != third?.value)
  }

  @Test("A table of L2's is write-protected in the shadow, a page of data is not")
  func protection() throws {
    for scheme in [NestingScheme.shadow, .paravirtual] {
      var machine = try NestedMachine(scheme)
      _ = try machine.touch()
      for (table, _) in machine.walk(.guest2, machine.target.value).tables {
        let direct = GuestVirtual(machine.layout.direct + table)
        let tableRights = machine.shadowRights(direct)
        #expect(tableRights == [.read, .execute])
      }
      let target = machine.target
      let dataRights = machine.shadowRights(target)
      #expect(dataRights == [.read, .write, .execute, .user])
    }
  }

  @Test("L1 can't write a table of EPT12 that L0 follows, and can write another page")
  func protectionOfExtended() throws {
    var machine = try NestedMachine(.extended)
    _ = try machine.touch()
    for (table, _) in machine.walk(.extended12, machine.layout.target).tables {
      let tableRights = machine.outerRights(table)
      #expect(tableRights == [.read, .execute])
    }
    let free = machine.innerTableFrames.take()
    let unused = try #require(free)
    let unusedRights = machine.outerRights(unused)
    #expect(unusedRights == [.read, .write, .execute])
  }

  @Test(
    "An edit of L2's tables is trapped, and the shadow follows",
    arguments: [
      (NestingScheme.shadow, 4), (.paravirtual, 2),
    ])
  func shadowFollows(scheme: NestingScheme, switches: Int) throws {
    var machine = try NestedMachine(scheme)
    _ = try machine.touch()
    let found = machine.walk(.guest2, machine.target.value)
    let (table, role) = try #require(found.tables.last)
    let place = NestedEntry.place(in: table, of: machine.target.value, level: role.level)
    machine.steps = []
    try machine.storeInGuest(PlannedStore(place: place, level: 0, word: 0))
    #expect(machine.steps.count(where: \.isSwitch) == switches)
    #expect(machine.steps.first?.act == .protectedStore(.guest2, level: 0))
    let word = machine.read(place, of: .guest2)
    #expect(word == 0)
    let after = machine.shadowRights(machine.target)
    #expect(after == nil)
  }

  @Test("Without write protection a shadow lags behind until L2 invalidates")
  func shadowLags() throws {
    for (scheme, following) in [
      (NestingScheme.shadow, TableFollowing.invalidations), (.shadow, .upperTables),
      (.paravirtual, .invalidations), (.paravirtual, .upperTables),
    ] {
      var options = NestedOptions()
      options.following = following
      var machine = try NestedMachine(scheme, options: options)
      _ = try machine.touch()
      let found = machine.walk(.guest2, machine.target.value)
      let (table, role) = try #require(found.tables.last)
      let place = NestedEntry.place(in: table, of: machine.target.value, level: role.level)
      machine.steps = []
      try machine.storeInGuest(PlannedStore(place: place, level: 0, word: 0))
      #expect(machine.steps.count(where: \.isSwitch) == 0)
      let before = machine.shadowRights(machine.target)
      #expect(before != nil)
      try machine.invalidate(machine.target)
      let later = machine.shadowRights(machine.target)
      #expect(later == nil)
    }
  }

  @Test("EPT02 follows L1's store, or else its INVEPT", arguments: TableFollowing.allCases)
  func mergedFollows(following: TableFollowing) throws {
    var options = NestedOptions()
    options.following = following
    var machine = try NestedMachine(.extended, options: options)
    _ = try machine.touch()
    let page = GuestPhysical(machine.target.value)
    let before = machine.isMerged(page)
    #expect(before)
    let play = try machine.moveByInner(page)
    let after = machine.isMerged(page)
    #expect(!after)
    // INVEPT, and the store if it is trapped.
    #expect(play.exits == (following == .everyTable || following == .derivedTables ? 2 : 1))
    #expect(play.switches == 2 * play.exits)
    let touch = try machine.touch()
    let composed = machine.composed(machine.target)
    #expect(touch.translation?.hostPhysical == composed)
    // One entry to store: the leaf's. An INVEPT that dropped all of EPT02 lets L2's own tables fault
    // beside it: the root, the tables on the way and the page.
    switch following {
    case .everyTable, .derivedTables: #expect(touch.switches == 8)
    case .upperTables: #expect(touch.switches == 6)
    case .invalidations: #expect(touch.switches == 6 + 2 * 4)
    }
  }
}

extension NestedMachine {
  func shadowRights(_ address: GuestVirtual) -> GuestPermissions? {
    shadow12.page(at: address, in: memory)?.attributes.permissions
  }

  func outerRights(_ address: UInt64) -> HostPermissions? {
    extended01.page(at: GuestPhysical(address), in: memory)?.attributes.permissions
  }

  func isMerged(_ address: GuestPhysical) -> Bool {
    extended02.page(at: address, in: memory) != nil
  }

  /// Where an address of L2's lies in the machine's memory by the tables that are not derived.
  func composed(_ address: GuestVirtual) -> HostPhysical? {
    guard let first = walk(.guest2, address.value).page else { return nil }
    let guest = first.address + (address.value & (first.bytes - 1))
    let inner: UInt64
    if scheme == .extended {
      guard let second = walk(.extended12, guest).page else { return nil }
      inner = second.address + (guest & (second.bytes - 1))
    } else {
      guard let second = innerAddress(of: guest) else { return nil }
      inner = second
    }
    return extended01.page(at: GuestPhysical(inner), in: memory)?.address
  }
}
