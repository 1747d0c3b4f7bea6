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
      let sizes: [(Int, UInt64, UInt64)] = [
        (4, 4096, 4096), (5, 4096, 4096), (4, 2 << 20, 2 << 20), (4, 2 << 20, 4096),
        (5, 4096, 2 << 20),
      ]
      for (seed, (levels, pageBytes, guestPageBytes)) in sizes.enumerated() {
        var options = NestedOptions()
        options.following = following
        options.building = seed == 1 ? .upwards : .downwards
        options.prefaults = seed != 1
        options.isKernelWarm = seed != 2
        let machine = try NestedMachine(
          scheme, levels: levels, pageBytes: pageBytes, guestPageBytes: guestPageBytes,
          options: options)
        try run(machine, steps: pageBytes == 4096 ? 150 : 60, seed: UInt64(seed))
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
    for level in layout.guestLeafLevel..<layout.levels {
      for index in 0..<3 as Range<UInt64> {
        pages.append(
          layout.target & ~(layout.guestPageBytes - 1) ^ index << NestedEntry.shift(level))
      }
    }
    pages = pages.filter(layout.program.contains)
    let frames = pages.prefix(6)
    // The words that are looked at in each page, on more than one of L1's where that has smaller ones.
    let offsets = layout.guestPageBytes == 4096 ? [0, 0x238] : [0, 0x3008, 0x1f_f000]
    var model = FlatModel()
    for number in 0..<steps {
      let page = pages[random.below(pages.count)]
      let offset = UInt64(offsets[random.below(offsets.count)])
      let address = GuestVirtual(page + offset)
      // The page of L1's that L2's frame lies in, once there is one.
      let backed = model.pages[page].map { ($0.frame + offset) & ~(layout.pageBytes - 1) }
        .flatMap { machine.innerBacking[$0] == nil ? nil : $0 }
      switch random.below(12) {
      case 0...4:
        let frame =
          model.pages[page]?.frame ?? (random.below(2) == 0 ? frames[random.below(6)] : page)
        let touch = try machine.touch(address, .write, frame: GuestPhysical(frame))
        let place = try #require(touch.translation).hostPhysical
        machine.memory.store(UInt64(number), at: place)
        model.pages[page] = (frame, true)
        model.words[frame + offset] = UInt64(number)
        model.logged.remove((frame + offset) & ~(layout.pageBytes - 1))
      case 5...6:
        let frame = model.pages[page]?.frame ?? page
        let touch = try machine.touch(address, .read, frame: GuestPhysical(frame))
        let place = try #require(touch.translation).hostPhysical
        let word = machine.memory.word(at: place)
        #expect(word == model.words[frame + offset, default: 0], "step \(number)")
        model.pages[page] = (frame, model.pages[page]?.isWritable ?? true)
      case 7 where model.pages[page] != nil:
        _ = try machine.unmap(address, freeingTables: random.below(2) == 0)
        model.pages[page] = nil
      case 8 where model.pages[page] != nil:
        _ = try machine.protect(address)
        model.pages[page]?.isWritable = false
      case 9:
        if let backed {
          _ = try machine.moveByInner(GuestPhysical(backed))
        }
      case 10:
        if let backed {
          _ = try machine.moveByOuter(GuestPhysical(backed))
        }
      case 11:
        if let backed {
          _ = try machine.protectByInner(GuestPhysical(backed))
          model.logged.insert(backed)
        }
      default: break
      }
      try check(&machine, pages, offsets.map(UInt64.init), model, step: number)
    }
  }

  /// The processor, without anybody's help, never arrives where the tables do not lead, nor writes
  /// what they protect.
  private func check(
    _ machine: inout NestedMachine, _ pages: [UInt64], _ offsets: [UInt64], _ model: FlatModel,
    step: Int
  ) throws {
    for (page, offset) in pages.flatMap({ page in offsets.map { (page, $0) } }) {
      for kind in [Access.Kind.read, .write] {
        let address = GuestVirtual(page + offset)
        let translation = try? machine.nested.translate(
          address, Access(kind, .user), in: &machine.memory)
        guard let translation else { continue }
        let known = model.pages[page]
        #expect(known != nil, "step \(step): \(address) is not mapped")
        #expect(kind == .read || known?.isWritable == true, "step \(step): \(address) is read-only")
        let frame = (known?.frame ?? 0) + offset
        let host = frame & ~(machine.layout.pageBytes - 1)
        let isLogged = kind == .write && model.logged.contains(host)
        #expect(!isLogged, "step \(step): \(address) is logged")
        let composed = machine.composed(address)
        #expect(composed == translation.hostPhysical, "step \(step): \(address)")
        let word = machine.memory.word(at: translation.hostPhysical)
        #expect(word == model.words[frame, default: 0], "step \(step): \(address)")
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
