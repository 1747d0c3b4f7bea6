import Costs
import Hypervisor
import Paging
import Testing

/// The switches and exits of one touch, against closed forms.
///
/// `n` is the number of entries on the way to a page of data, and `m` how many of them are missing.
@Suite("switches of a nested fault") struct NestedCountTests {
  /// The sizes of a play.
  struct Size: Sendable, CustomStringConvertible {
    let levels: Int
    let pageBytes: UInt64
    var description: String { "\(levels) levels, \(pageBytes >> 10) KiB" }

    static let all = [4, 5].flatMap { levels in
      [4096, 2 << 20, 1 << 30].map { Size(levels: levels, pageBytes: $0) }
    }
  }

  @Test(
    "V1: the empty case has the published counts",
    arguments: [(NestingScheme.extended, 14, 7), (.shadow, 24, 12), (.paravirtual, 12, 0)])
  func emptyCase(scheme: NestingScheme, switches: Int, exits: Int) throws {
    var machine = try NestedMachine(scheme)
    let touch = try machine.touch()
    #expect(touch.switches == switches)
    #expect(touch.exits == exits)
  }

  /// The counts of a touch that lacks `missing` entries, `trapped` of whose stores are trapped.
  static func closedForm(_ scheme: NestingScheme, missing: Int, trapped: Int) -> (Int, Int) {
    guard missing > 0 else { return (0, 0) }
    return switch scheme {
    // The violation is reflected and L1 resumes: 4. The violation again: 2. A trapped store: 2 each.
    case .extended: (2 * trapped + 6, trapped + 3)
    // The fault is injected and L1 resumes: 4. The shadow's fault: 4. A trapped store: 4 each.
    case .shadow: (4 * trapped + 8, 2 * trapped + 4)
    // The fault and its injection: 2. The return by a call: 2. A trapped store: 2 each.
    case .paravirtual: (2 * trapped + 4, 0)
    }
  }

  @Test(
    "m missing entries, every table followed", arguments: NestingScheme.allCases, Size.all)
  func everyTable(scheme: NestingScheme, size: Size) throws {
    let entries = try NestedMachine(scheme, levels: size.levels, pageBytes: size.pageBytes).entries
    #expect(
      entries == size.levels - (size.pageBytes == 4096 ? 0 : size.pageBytes == 2 << 20 ? 1 : 2))
    for populated in 0...entries {
      var machine = try NestedMachine(
        scheme, levels: size.levels, pageBytes: size.pageBytes, populated: populated)
      let touch = try machine.touch()
      let missing = entries - populated
      let (switches, exits) = Self.closedForm(scheme, missing: missing, trapped: missing)
      #expect(touch.switches == switches, "populated \(populated)")
      #expect(touch.exits == exits, "populated \(populated)")
    }
  }

  @Test(
    "L2's pages and L1's of different sizes: each scheme lacks the entries of what it follows",
    arguments: NestingScheme.allCases, [4, 5])
  func mixedSizes(scheme: NestingScheme, levels: Int) throws {
    for (pageBytes, guestPageBytes) in [(2 << 20, 4096), (4096, 2 << 20), (1 << 30, 4096)] {
      for populated in 0...levels {
        var machine = try NestedMachine(
          scheme, levels: levels, pageBytes: UInt64(pageBytes),
          guestPageBytes: UInt64(guestPageBytes), populated: populated)
        let touch = try machine.touch()
        let entries = scheme == .extended ? machine.entries : machine.guestEntries
        let missing = max(0, entries - populated)
        var (switches, exits) = Self.closedForm(scheme, missing: missing, trapped: missing)
        if scheme != .extended, missing == 0, populated < machine.entries {
          // L2 has the large page, and the shadow another small piece of it.
          (switches, exits) = scheme == .shadow ? (4, 2) : (2, 0)
        }
        #expect(touch.switches == switches, "\(pageBytes) \(guestPageBytes) \(populated)")
        #expect(touch.exits == exits, "\(pageBytes) \(guestPageBytes) \(populated)")
        let translation = try #require(touch.translation)
        #expect(translation.hostPageBytes == UInt64(pageBytes))
        let walked = scheme == .extended ? guestPageBytes : min(pageBytes, guestPageBytes)
        #expect(translation.guestPageBytes == UInt64(walked))
      }
    }
  }

  @Test(
    "A table that nothing was derived from is filled without a trap: one store is trapped",
    arguments: NestingScheme.allCases, Size.all)
  func derivedTables(scheme: NestingScheme, size: Size) throws {
    try expectTraps(scheme, size, 1) { $0.following = .derivedTables }
  }

  @Test(
    "Tables of the smallest pages run ahead: only a store into a table above them is trapped",
    arguments: NestingScheme.allCases, Size.all)
  func upperTables(scheme: NestingScheme, size: Size) throws {
    try expectTraps(scheme, size, 1, ofLastEntry: size.pageBytes == 4096 ? 0 : 1) {
      $0.following = .upperTables
    }
  }

  @Test(
    "A table that is complete before it is linked: one store is trapped",
    arguments: NestingScheme.allCases, Size.all)
  func upwards(scheme: NestingScheme, size: Size) throws {
    try expectTraps(scheme, size, 1) { $0.building = .upwards }
  }

  @Test(
    "Tables that are not followed: no store is trapped", arguments: NestingScheme.allCases,
    Size.all)
  func invalidations(scheme: NestingScheme, size: Size) throws {
    try expectTraps(scheme, size, 0) { $0.following = .invalidations }
  }

  private func expectTraps(
    _ scheme: NestingScheme, _ size: Size, _ trapped: Int, ofLastEntry: Int? = nil,
    _ choose: (inout NestedOptions) -> Void
  ) throws {
    var options = NestedOptions()
    choose(&options)
    let entries = size.levels - (size.pageBytes == 4096 ? 0 : size.pageBytes == 2 << 20 ? 1 : 2)
    for populated in [0, entries / 2, entries - 1, entries] {
      var machine = try NestedMachine(
        scheme, levels: size.levels, pageBytes: size.pageBytes, populated: populated,
        options: options)
      let touch = try machine.touch()
      let missing = entries - populated
      let (switches, exits) = Self.closedForm(
        scheme, missing: missing, trapped: missing == 1 ? ofLastEntry ?? trapped : trapped)
      #expect(touch.switches == switches, "populated \(populated)")
      #expect(touch.exits == exits, "populated \(populated)")
    }
  }

  @Test("L1's accesses to a control structure that is not shadowed", arguments: [1, 40, 50])
  func controlStructure(accesses: Int) throws {
    var options = NestedOptions()
    options.controlStructureExits = accesses
    // L1 handles one exit under EPT, n + 2 under shadow paging, and none by hardware without it.
    for (scheme, handled) in [(NestingScheme.extended, 1), (.shadow, 6), (.paravirtual, 0)] {
      var machine = try NestedMachine(scheme, options: options)
      let touch = try machine.touch()
      let (switches, exits) = Self.closedForm(scheme, missing: 4, trapped: 4)
      #expect(touch.switches == switches + 2 * accesses * handled)
      #expect(touch.exits == exits + accesses * handled)
    }
  }

  @Test("A paravirtual kernel that returns without a call costs as many switches")
  func withoutPrefault() throws {
    var options = NestedOptions()
    options.prefaults = false
    var machine = try NestedMachine(.paravirtual, options: options)
    let touch = try machine.touch()
    #expect(touch.switches == 12)
    #expect(touch.exits == 0)
  }

  @Test(
    "A kernel that has not touched its memory faults on its new tables too",
    arguments: [(NestingScheme.extended, 8, 4), (.shadow, 4, 2), (.paravirtual, 2, 0)], [4, 5])
  func coldKernel(each: (NestingScheme, Int, Int), levels: Int) throws {
    var options = NestedOptions()
    options.isKernelWarm = false
    let (scheme, switchesOfTable, exitsOfTable) = each
    for populated in 0..<levels {
      var machine = try NestedMachine(
        scheme, levels: levels, populated: populated, options: options)
      let touch = try machine.touch()
      let missing = levels - populated
      let (switches, exits) = Self.closedForm(scheme, missing: missing, trapped: missing)
      #expect(touch.switches == switches + (missing - 1) * switchesOfTable)
      #expect(touch.exits == exits + (missing - 1) * exitsOfTable)
    }
  }

  @Test("The ways of EPT12 and of L2's own tables lack entries apart from each other")
  func sharedFrame() throws {
    // The second page has a frame that is there, and all of L2's own entries to make.
    for (scheme, switches, exits) in [
      (NestingScheme.extended, 0, 0), (.shadow, 24, 12), (.paravirtual, 12, 0),
    ] {
      var machine = try NestedMachine(scheme)
      let first = try machine.touch()
      let second = try machine.touch(
        machine.target + (1 << 39), frame: GuestPhysical(machine.target.value))
      #expect(second.switches == switches)
      #expect(second.exits == exits)
      #expect(second.translation?.hostPhysical == first.translation?.hostPhysical)
    }
  }

  @Test("A page that L0 took away is merged or mapped again by L0 alone")
  func movedByOuter() throws {
    for scheme in NestingScheme.allCases {
      var machine = try NestedMachine(scheme)
      let first = try machine.touch()
      let move = try machine.moveByOuter(GuestPhysical(machine.target.value))
      #expect(move.switches == 0)
      let touch = try machine.touch()
      #expect(touch.switches == 2)
      #expect(touch.exits == 1)
      #expect(touch.translation?.hostPhysical != first.translation?.hostPhysical)
    }
  }

  @Test("The ledger has the switches by what they go through, and the exits as service")
  func ledger() throws {
    for scheme in NestingScheme.allCases {
      var machine = try NestedMachine(scheme)
      let touch = try machine.touch()
      let work = Activity.work(.nest)
      let hardware = touch.ledger.amount(of: .nestedSwitch, for: work)
      let software = touch.ledger.amount(of: .softwareSwitch, for: work)
      #expect(Int(hardware) == (scheme == .paravirtual ? 0 : touch.switches))
      #expect(Int(software) == (scheme == .paravirtual ? touch.switches : 0))
      #expect(Int(touch.ledger.count(of: work)) == touch.exits)
      #expect(touch.ledger.faults(.guest) == 1)
      #expect(touch.ledger.amount(of: .allocate) == 1)
      #expect(touch.ledger.amount(of: .zeroByte) == 4096)
      #expect(touch.ledger.amount(of: .shadowEntry) == 1)
      #expect(machine.ledger == touch.ledger)
    }
  }

  @Test("V1: at the published costs of a switch, EPT-on-EPT takes 8.5 times as long as PVM")
  func timeRatio() throws {
    // 1.3 us and 0.179 us (PVM, sections 2.2 and 3.3.2).
    let nanoseconds: (Ledger) -> UInt64 = {
      $0.amount(of: .nestedSwitch) * 1300 + $0.amount(of: .softwareSwitch) * 179
    }
    var extended = try NestedMachine(.extended)
    var paravirtual = try NestedMachine(.paravirtual)
    let long = nanoseconds(try extended.touch().ledger)
    let short = nanoseconds(try paravirtual.touch().ledger)
    #expect(long == 18_200)
    #expect(short == 2148)
    #expect((10 * long + short / 2) / short == 85)
  }

  @Test("The switches by the levels between which they go")
  func betweenLevels() throws {
    for (scheme, expected) in [
      (NestingScheme.extended, [10, 4, 0]), (.shadow, [12, 12, 0]), (.paravirtual, [0, 0, 12]),
    ] {
      var machine = try NestedMachine(scheme)
      let touch = try machine.touch()
      let found = [(0, 1), (0, 2), (1, 2)].map { touch.switches(between: $0, and: $1) }
      #expect(found == expected)
    }
  }

  @Test(
    "A page that L1 logs faults at L2's next write, and no more then",
    arguments: NestingScheme.allCases, TableFollowing.allCases)
  func dirtyLog(scheme: NestingScheme, following: TableFollowing) throws {
    var options = NestedOptions()
    options.following = following
    var machine = try NestedMachine(scheme, options: options)
    let first = try machine.touch()
    let page = GuestPhysical(machine.target.value)
    let log = try machine.protectByInner(page)
    let isTrapped = following == .everyTable || following == .derivedTables
    // INVEPT or INVVPID, and the store into EPT12.
    let exits =
      switch scheme {
      case .extended: isTrapped ? 2 : 1
      case .shadow: 1
      case .paravirtual: 0
      }
    #expect(log.exits == exits)
    #expect(log.switches == 2 * exits)
    if following != .invalidations || scheme != .extended {
      let read = try machine.touch(machine.target, .read)
      // What L0 dropped by the trapped store it merges again.
      #expect(read.switches == (scheme == .extended ? 2 : 0))
      let write = try machine.touch()
      let (switches, exits) =
        switch scheme {
        case .extended: (isTrapped ? 8 : 6, isTrapped ? 4 : 3)
        case .shadow: (4, 2)
        case .paravirtual: (2, 0)
        }
      #expect(write.switches == switches)
      #expect(write.exits == exits)
      #expect(write.translation?.hostPhysical == first.translation?.hostPhysical)
    }
    _ = try machine.touch()
    let again = try machine.touch()
    #expect(again.switches == 0)
  }

  @Test("Each step is made by whom the step before handed the processor to")
  func continuity() throws {
    for scheme in NestingScheme.allCases {
      for following in TableFollowing.allCases {
        var options = NestedOptions()
        options.following = following
        options.controlStructureExits = 1
        var machine = try NestedMachine(scheme, options: options)
        let plays = [
          try machine.touch(), try machine.protect(machine.target), try machine.touch(),
          try machine.moveByInner(GuestPhysical(machine.target.value)), try machine.touch(),
          try machine.unmap(machine.target, freeingTables: true), try machine.touch(),
        ]
        for play in plays {
          var current = play.steps[0].actor
          for step in play.steps {
            #expect(step.actor == current, "\(step)")
            current = step.next ?? current
          }
          #expect(current == play.steps[0].actor)
        }
      }
    }
  }

  @Test("What can't be is refused in a sentence")
  func refusals() {
    func refusal(_ make: () throws(NestedError) -> Void) -> NestedError? {
      do {
        try make()
        return nil
      } catch {
        return error
      }
    }
    let levels = refusal { () throws(NestedError) in _ = try NestedMachine(.extended, levels: 3) }
    #expect(levels == .levels(3))
    let size = refusal { () throws(NestedError) in _ = try NestedMachine(.extended, pageBytes: 8192)
    }
    #expect(size == .pageBytes(8192))
    let populated = refusal { () throws(NestedError) in
      _ = try NestedMachine(.extended, pageBytes: 2 << 20, populated: 4)
    }
    #expect(populated == .populated(4, entries: 3))
    let page = refusal { () throws(NestedError) in
      var machine = try NestedMachine(.shadow)
      _ = try machine.touch(GuestVirtual(0))
    }
    #expect(page == .notOfProgram(GuestVirtual(0)))
    let hole = refusal { () throws(NestedError) in
      var machine = try NestedMachine(.shadow)
      let target = machine.target
      _ = try machine.unmap(target)
    }
    #expect(hole?.description == "0x8140a05000 is refused: L2 maps nothing there.")
  }
}
