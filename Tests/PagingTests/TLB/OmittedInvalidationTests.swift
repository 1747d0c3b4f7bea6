import Testing

@testable import Paging

/// One live edit of one stage's tables, of the kind that must be told to caches.
struct OmittedEdit: CustomStringConvertible, Sendable {
  enum Kind: String, CaseIterable, Sendable {
    case unmap
    case protect
    case clean
    case remap
    case splitAll
    case splitOne
    case collapse
    case zap
  }

  let guest: GuestFormat
  let host: HostFormat
  let isOfHost: Bool
  let kind: Kind

  var description: String {
    "\(guest.rawValue)/\(host.rawValue) \(isOfHost ? "host" : "guest") \(kind)"
  }

  /// Every kind of edit of either stage, for every pair of formats.
  static let all: [OmittedEdit] = {
    var edits: [OmittedEdit] = []
    for guest in GuestFormat.allCases {
      for host in HostFormat.allCases where host.isa == guest.isa {
        for isOfHost in [false, true] {
          for kind in Kind.allCases {
            // What x86's TLBs hold of a page that was split says the same as its children do.
            if kind == .splitAll, guest.isa == .x86 { continue }
            edits.append(OmittedEdit(guest: guest, host: host, isOfHost: isOfHost, kind: kind))
          }
        }
      }
    }
    return edits
  }()
}

/// Three places that each have their own kind of pages at both stages.
private struct OmittedPlaces {
  /// The sizes of the pages of either stage.
  let guest: [UInt64]
  let host: [UInt64]

  init(_ edit: OmittedEdit) {
    guest = edit.guest.shape.pageSizes
    host = edit.host.shape.pageSizes
  }

  enum Place: UInt64, CaseIterable {
    /// Small pages of a table that is not full.
    case small = 1
    /// A large page.
    case large
    /// A full table of small pages, which were a large one.
    case table
  }

  /// A page that is no smaller than the small ones of either stage.
  var step: UInt64 { max(guest[0], host[0]) }

  func virtual(_ place: Place) -> UInt64 { (8 + place.rawValue) * guest[1] }

  func physical(_ place: Place) -> UInt64 {
    place.rawValue * max(256 << 20, max(guest[1], host[1]))
  }
}

@Suite("An omitted invalidation")
struct OmittedInvalidationTests {
  /// What an access has come to, and the size of the page that the caches answer for.
  private enum Outcome: Equatable {
    case arrived(HostPhysical)
    case failed(FaultReport)
  }

  private struct Sight: Equatable {
    var outcomes: [Outcome] = []
    var shifts: [UInt8] = []
  }

  @Test("It is seen in every edit that asks for one", arguments: OmittedEdit.all)
  func isVisible(edit: OmittedEdit) throws {
    switch edit.guest.isa {
    case .x86:
      try check(edit) {
        var registers = try X86Registers(guest: $0, host: $1, eptFlags: true)
        registers.vpid = 3
        registers.guestASID = 3
        return try X86Processor(registers)
      }
    case .arm:
      try check(edit) {
        var registers = try ArmRegisters(guest: $0, host: $1)
        registers.vttbrEL2 |= 3 << 48
        return try ArmProcessor(registers)
      }
    case .riscv:
      try check(edit) {
        var registers = try RISCVRegisters(guest: $0, host: $1)
        registers.hgatp |= 3 << 44
        return try RISCVProcessor(registers)
      }
    }
  }

  private func check<P: Processor & ~Copyable>(
    _ edit: OmittedEdit, _ make: (GuestRoot, HostRoot) throws -> P
  ) throws {
    var plain = try world(edit)
    var told = try world(edit)
    var untold = try world(edit)
    let processor = try make(plain.first.root, plain.host.root)
    var toldCaches = TranslationCaches(CoreModel.forTests[1])
    var untoldCaches = TranslationCaches(CoreModel.forTests[1])
    let places = OmittedPlaces(edit)
    for place in OmittedPlaces.Place.allCases {
      for number in 0..<3 as Range<UInt64> {
        for access in [Access.read, .write] as [Access] {
          let address = GuestVirtual(places.virtual(place) + number * places.step)
          _ = try processor.translate(address, access, in: &plain.memory)
          _ = try processor.translate(address, access, in: &told.memory, through: &toldCaches)
          _ = try processor.translate(address, access, in: &untold.memory, through: &untoldCaches)
        }
      }
    }
    let made = try perform(edit, &plain)
    #expect(made.invalidations.contains { $0.need == .required })
    #expect(try perform(edit, &told) == made)
    #expect(try perform(edit, &untold) == made)
    let dropped = toldCaches.apply(made, of: processor)
    #expect(dropped > 0)

    let expected = look(processor, places, &plain.memory)
    let found = look(processor, places, &told.memory, &toldCaches)
    #expect(found.outcomes == expected.outcomes)
    let isEqual = told.isEqual(to: &plain)
    #expect(isEqual, "accessed and dirty bits")

    let stale = look(processor, places, &untold.memory, &untoldCaches)
    let isStaleMemory = !untold.isEqual(to: &plain)
    // A block that was split leads where its children do: what shows is the entry that is still there.
    let isStale =
      edit.kind == .splitAll
      ? stale.shifts != found.shifts : stale.outcomes != expected.outcomes || isStaleMemory
    #expect(isStale, "nothing shows that no cache was told")
  }

  /// Every access to the places, first those whose pages were used before.
  private func look<P: Processor & ~Copyable>(
    _ processor: borrowing P, _ places: OmittedPlaces, _ memory: inout PhysicalMemory,
    _ caches: inout TranslationCaches
  ) -> Sight {
    var sight = Sight()
    for (address, access) in accesses(places) {
      do {
        let found = try processor.translate(address, access, in: &memory, through: &caches)
        sight.outcomes.append(.arrived(found.hostPhysical))
        sight.shifts.append(found.pageShift)
      } catch {
        sight.outcomes.append(.failed(processor.report(error)))
      }
    }
    return sight
  }

  private func look<P: Processor & ~Copyable>(
    _ processor: borrowing P, _ places: OmittedPlaces, _ memory: inout PhysicalMemory
  ) -> Sight {
    var sight = Sight()
    for (address, access) in accesses(places) {
      do {
        let found = try processor.translate(address, access, in: &memory)
        sight.outcomes.append(.arrived(found.hostPhysical))
      } catch {
        sight.outcomes.append(.failed(processor.report(error)))
      }
    }
    return sight
  }

  private func accesses(_ places: OmittedPlaces) -> [(GuestVirtual, Access)] {
    OmittedPlaces.Place.allCases.flatMap { place in
      (0..<6 as Range<UInt64>).flatMap { number in
        ([.read, .write] as [Access]).map {
          (GuestVirtual(places.virtual(place) + number * places.step), $0)
        }
      }
    }
  }

  /// The tables of both stages before the edit.
  private func world(_ edit: OmittedEdit) throws -> CachedWorld {
    var world = try CachedWorld(edit.guest, edit.host)
    let places = OmittedPlaces(edit)
    let own = GuestAttributes.readWrite
    for place in OmittedPlaces.Place.allCases {
      let isSmall = place == .small
      let virtual = GuestVirtual(places.virtual(place))
      let physical = GuestPhysical(places.physical(place))
      try world.host.map(
        physical, bytes: isSmall ? 6 * places.step : places.host[1],
        to: HostPhysical(places.physical(place) + 1 << 36), .readWrite,
        pageBytes: places.host[isSmall ? 0 : 1], in: &world.memory)
      try world.first.map(
        virtual, bytes: isSmall ? 6 * places.step : places.guest[1], to: physical, own,
        pageBytes: places.guest[isSmall ? 0 : 1], in: &world.memory)
      guard place == .table else { continue }
      try world.host.split(physical, to: places.host[0], in: &world.memory)
      try world.first.split(virtual, to: places.guest[0], in: &world.memory)
    }
    return world
  }

  private func perform(
    _ edit: OmittedEdit, _ world: inout CachedWorld
  ) throws -> LiveEdit {
    let places = OmittedPlaces(edit)
    let live = LiveOptions()
    let made: LiveEdit
    let table: UInt64?
    if edit.isOfHost {
      let sizes = places.host
      func at(_ place: OmittedPlaces.Place) -> GuestPhysical {
        GuestPhysical(places.physical(place))
      }
      made =
        switch edit.kind {
        case .unmap:
          try world.host.unmap(
            at(.small), bytes: places.step, live: live, in: &world.memory)
        case .protect:
          try world.host.protect(
            at(.small), bytes: places.step, .read, live: live, in: &world.memory)
        case .clean:
          try world.host.clean(at(.small), bytes: places.step, live: live, in: &world.memory)
        case .remap:
          try world.host.remap(
            at(.small), to: HostPhysical(1 << 37), .readWrite, live: live, in: &world.memory)
        case .splitAll: try world.host.split(at(.large), to: sizes[0], in: &world.memory)
        case .splitOne:
          try world.host.split(at(.large), to: sizes[0], leaving: .one, in: &world.memory)
        case .collapse: try world.host.collapse(at(.table), to: sizes[1], in: &world.memory)
        case .zap: try world.host.collapse(at(.table), to: sizes[1], .zap, in: &world.memory)
        }
      table = made.summary.tablesFreed > 0 ? world.host.frames.upcoming(0) : nil
    } else {
      let sizes = places.guest
      func at(_ place: OmittedPlaces.Place) -> GuestVirtual { GuestVirtual(places.virtual(place)) }
      made =
        switch edit.kind {
        case .unmap:
          try world.first.unmap(
            at(.small), bytes: places.step, live: live, in: &world.memory)
        case .protect:
          try world.first.protect(
            at(.small), bytes: places.step, .read, live: live, in: &world.memory)
        case .clean:
          try world.first.clean(at(.small), bytes: places.step, live: live, in: &world.memory)
        case .remap:
          try world.first.remap(
            at(.small), to: GuestPhysical(places.physical(.small) + 4 * places.step), .readWrite,
            live: live, in: &world.memory)
        case .splitAll: try world.first.split(at(.large), to: sizes[0], in: &world.memory)
        case .splitOne:
          try world.first.split(at(.large), to: sizes[0], leaving: .one, in: &world.memory)
        case .collapse: try world.first.collapse(at(.table), to: sizes[1], in: &world.memory)
        case .zap: try world.first.collapse(at(.table), to: sizes[1], .zap, in: &world.memory)
        }
      table = made.summary.tablesFreed > 0 ? world.first.frames.upcoming(0) : nil
    }
    // The frame of a table that was freed has a new owner.
    if let table {
      for offset in stride(from: 0, to: 4096 as UInt64, by: 8) {
        world.memory.store(0, at: HostPhysical(table + offset))
      }
    }
    return made
  }
}
