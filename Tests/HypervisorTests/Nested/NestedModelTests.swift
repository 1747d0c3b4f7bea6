import Paging
import Testing

@testable import Hypervisor

/// Random touches and edits on all levels, against a flat model of L2's memory.
@Suite("random plays of nested guests") struct NestedModelTests {
  /// What L2 would see of a machine without hypervisors.
  struct FlatModel {
    /// The frame of each page and whether it may be written.
    var pages: [UInt64: (frame: UInt64, isWritable: Bool)] = [:]
    /// The word in each frame.
    var words: [UInt64: UInt64] = [:]
    /// The frames that L1 has write-protected since they were last written.
    var logged: Set<UInt64> = []
  }

  @Test("Contents and rights stay those of a flat memory", arguments: NestingScheme.allCases)
  func randomPlays(scheme: NestingScheme) throws {
    for following in TableFollowing.allCases {
      for (seed, (levels, pageBytes)) in [(4, 4096), (5, 4096), (4, 2 << 20)].enumerated() {
        var options = NestedOptions()
        options.following = following
        options.building = seed == 1 ? .upwards : .downwards
        options.prefaults = seed != 1
        options.isKernelWarm = seed != 2
        let machine = try NestedMachine(
          scheme, levels: levels, pageBytes: UInt64(pageBytes), options: options)
        try run(machine, steps: pageBytes == 4096 ? 400 : 60, seed: UInt64(seed))
      }
    }
  }

  private func run(
    _ machine: consuming NestedMachine, steps: Int, seed: UInt64
  ) throws {
    var machine = machine
    var random = RandomNumbers(state: seed &* 0x9e37_79b9 &+ 11)
    let layout = machine.layout
    // Neighbours in one table, in other tables of each level, and in another entry of the root.
    var pages: [UInt64] = []
    for level in layout.leafLevel..<layout.levels {
      for index in 0..<3 as Range<UInt64> {
        pages.append(layout.target ^ index << NestedEntry.shift(level))
      }
    }
    pages = pages.filter(layout.program.contains)
    let frames = pages.prefix(6)
    var model = FlatModel()
    for number in 0..<steps {
      let page = pages[random.below(pages.count)]
      let address = GuestVirtual(page)
      switch random.below(12) {
      case 0...4:
        let frame =
          model.pages[page]?.frame ?? (random.below(2) == 0 ? frames[random.below(6)] : page)
        let touch = try machine.touch(address, .write, frame: GuestPhysical(frame))
        let place = try #require(touch.translation).hostPhysical
        machine.memory.store(UInt64(number), at: place)
        model.pages[page] = (frame, true)
        model.words[frame] = UInt64(number)
        model.logged.remove(frame)
      case 5...6:
        let frame = model.pages[page]?.frame ?? page
        let touch = try machine.touch(address, .read, frame: GuestPhysical(frame))
        let place = try #require(touch.translation).hostPhysical
        let word = machine.memory.word(at: place)
        #expect(word == model.words[frame, default: 0], "step \(number)")
        model.pages[page] = (frame, model.pages[page]?.isWritable ?? true)
      case 7 where model.pages[page] != nil:
        _ = try machine.unmap(address, freeingTables: random.below(2) == 0)
        model.pages[page] = nil
      case 8 where model.pages[page] != nil:
        _ = try machine.protect(address)
        model.pages[page]?.isWritable = false
      case 9:
        if let frame = model.pages[page]?.frame, machine.innerBacking[frame] != nil {
          _ = try machine.moveByInner(GuestPhysical(frame))
        }
      case 10:
        if let frame = model.pages[page]?.frame, machine.innerBacking[frame] != nil {
          _ = try machine.moveByOuter(GuestPhysical(frame))
        }
      case 11:
        if let frame = model.pages[page]?.frame, machine.innerBacking[frame] != nil {
          _ = try machine.protectByInner(GuestPhysical(frame))
          model.logged.insert(frame)
        }
      default: break
      }
      try check(&machine, pages, model, step: number)
    }
  }

  /// The processor, without anybody's help, never arrives where the tables do not lead, nor writes
  /// what they protect.
  private func check(
    _ machine: inout NestedMachine, _ pages: [UInt64], _ model: FlatModel, step: Int
  ) throws {
    for page in pages {
      for kind in [Access.Kind.read, .write] {
        let address = GuestVirtual(page)
        let translation = try? machine.nested.translate(
          address, Access(kind, .user), in: &machine.memory)
        guard let translation else { continue }
        let known = model.pages[page]
        #expect(known != nil, "step \(step): \(address) is not mapped")
        #expect(kind == .read || known?.isWritable == true, "step \(step): \(address) is read-only")
        let isLogged = kind == .write && model.logged.contains(known?.frame ?? 0)
        #expect(!isLogged, "step \(step): \(address) is logged")
        let composed = machine.composed(address)
        #expect(composed == translation.hostPhysical, "step \(step): \(address)")
        let word = machine.memory.word(at: translation.hostPhysical)
        #expect(word == model.words[known?.frame ?? 0, default: 0], "step \(step): \(address)")
      }
    }
  }
}

/// SplitMix64.
struct RandomNumbers {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return Int((mixed ^ mixed >> 31) % UInt64(bound))
  }
}
