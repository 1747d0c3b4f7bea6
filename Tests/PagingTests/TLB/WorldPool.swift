import Guests

@testable import Paging

/// Where the edits and accesses of a random run go.
struct WorldPool {
  private let guestSizes: [UInt64]
  private let hostSizes: [UInt64]
  private let hasGuest: Bool
  private let hasHost: Bool
  private let hasGlobal: Bool
  /// What an entry adds if its page is global, and if it isn't.
  private let globalBits: UInt64
  private let ownBits: UInt64

  init(_ run: CachedRun) {
    hasGuest = run.guest != nil
    hasHost = run.host != nil
    hasGlobal = run.hasGlobal
    guestSizes = (run.guest?.shape ?? run.host?.shape)?.pageSizes.filter { $0 < 1 << 37 } ?? []
    hostSizes = (run.host?.shape ?? run.guest?.shape)?.pageSizes.filter { $0 < 1 << 37 } ?? []
    switch run.isa {
    case .x86: (globalBits, ownBits) = (1 << 8, 0)
    case .arm: (globalBits, ownBits) = (0, 1 << 11)
    case .riscv: (globalBits, ownBits) = (1 << 5, 0)
    }
  }

  /// The start of the guest-virtual addresses that both programs share by global pages.
  private var sharedStart: UInt64 { 16 * guestSizes[1] }

  /// One of six small pages in each of three large ones.
  private func page(_ sizes: [UInt64], _ random: inout SplitMix64) -> UInt64 {
    (8 + random.next(below: 3)) * sizes[1] + random.next(below: 6) * sizes[0]
  }

  /// Where a program has pages of the largest size, in two of which are pages of all sizes.
  private func giant(_ sizes: [UInt64], _ random: inout SplitMix64) -> UInt64? {
    guard sizes.count > 2, random.next(below: 6) == 0 else { return nil }
    return sizes[2] * (1 + random.next(below: 2))
  }

  private func guestPhysical(_ random: inout SplitMix64) -> UInt64 {
    max(256 << 20, hostSizes[1]) + page(hostSizes, &random)
  }

  func access(using random: inout SplitMix64) -> (GuestVirtual, Access) {
    let kinds: [Access.Kind] = [.read, .read, .read, .write, .write, .fetch, .hlvx]
    var access = Access(
      kinds[Int(random.next(below: 7))], random.next(below: 2) == 0 ? .user : .supervisor)
    access.isAddressTranslation = random.next(below: 30) == 0
    let offset = random.next(below: guestSizes[0]) & ~7
    if !hasGuest { return (GuestVirtual(guestPhysical(&random) + offset), access) }
    let isShared = hasGlobal && random.next(below: 3) == 0
    let start = giant(guestSizes, &random) ?? (isShared ? sharedStart : 0)
    return (GuestVirtual(start + page(guestSizes, &random) + offset), access)
  }

  /// Every page that may be accessed, from the start on, by every right.
  var everything: [(GuestVirtual, Access)] {
    let sizes = hasGuest ? guestSizes : hostSizes
    var starts: [UInt64] = hasGuest ? [0] : [max(256 << 20, hostSizes[1])]
    if hasGuest, sizes.count > 2 { starts += [sizes[2], 2 * sizes[2]] }
    if hasGlobal { starts.append(sharedStart) }
    var all: [(GuestVirtual, Access)] = []
    for start in starts {
      for region in 8..<11 as Range<UInt64> {
        for number in 0..<6 as Range<UInt64> {
          let address = GuestVirtual(start + region * sizes[1] + number * sizes[0])
          for kind in [Access.Kind.read, .write] {
            all += [(address, Access(kind, .user)), (address, Access(kind, .supervisor))]
          }
        }
      }
    }
    return all
  }

  /// Edits that map most of what is accessed.
  var start: [WorldEdit] {
    var edits: [WorldEdit] = []
    for region in 8..<11 as Range<UInt64> {
      var edit = WorldEdit(
        tables: .host, kind: .map, address: 0, target: 0, bytes: 6 * guestSizes[0],
        pageBytes: guestSizes[0], isWritable: true, isExecutable: true, isUser: true,
        isFresh: false)
      edit.target = max(256 << 20, hostSizes[1]) + region * hostSizes[1]
      edit.extraBits = ownBits
      if hasGuest {
        edit.address = region * guestSizes[1]
        edits += [edit.of(.guest(0)), edit.of(.guest(1))]
        if hasGlobal {
          edit.address += sharedStart
          edit.extraBits = globalBits
          edits.append(edit.of(.guest(0)))
        }
      }
      guard hasHost else { continue }
      edit.address = edit.target
      edit.target += 1 << 36
      edit.bytes = 6 * max(hostSizes[0], guestSizes[0])
      edit.pageBytes = hostSizes[0]
      edits.append(edit.of(.host))
    }
    return edits
  }

  func isShared(_ edit: WorldEdit) -> Bool {
    edit.tables != .host && edit.address / sharedStart == 1
  }

  func edit(using random: inout SplitMix64) -> WorldEdit {
    let ofHost = !hasGuest || hasHost && random.next(below: 3) == 0
    let sizes = ofHost ? hostSizes : guestSizes
    let kinds: [WorldEdit.Kind] = [
      .map, .map, .map, .map, .unmap, .protect, .protect, .age, .clean, .split, .collapse, .remap,
    ]
    var edit = WorldEdit(
      tables: ofHost ? .host : .guest(Int(random.next(below: 2))),
      kind: kinds[Int(random.next(below: 12))], address: 0, target: 0, bytes: sizes[0],
      pageBytes: nil, isWritable: random.next(below: 3) != 0,
      isExecutable: random.next(below: 3) == 0, isUser: random.next(below: 2) == 0,
      isFresh: !hasGlobal && random.next(below: 3) == 0)
    if hasGlobal, edit.kind == .age || edit.kind == .clean { edit.kind = .map }
    edit.options.splitsPages = true
    edit.address = ofHost ? guestPhysical(&random) : page(sizes, &random)
    if ofHost, hasGuest, random.next(below: 4) == 0 {
      // The guest's own tables: they stay where they are.
      edit.address = random.next(below: 2 * CachedWorld.frameBytes) & ~(sizes[0] - 1)
      edit.target = edit.address
      if edit.kind == .remap { edit.kind = .age }
      edit.isWritable = random.next(below: 4) != 0
      return edit
    }
    var level = Int([0, 0, 0, 1][Int(random.next(below: 4))])
    if !ofHost {
      edit.extraBits = ownBits
      if let start = giant(sizes, &random) {
        edit.address += start
        if random.next(below: 3) == 0 { level = 2 }
      } else if hasGlobal, random.next(below: 3) == 0 {
        edit.address += sharedStart
        edit.extraBits = globalBits
      }
    }
    switch edit.kind {
    case .map:
      let size = sizes[min(level, sizes.count - 1)]
      edit.pageBytes = size
      edit.address &= ~(size - 1)
      edit.target = target(ofHost, &random) & ~(size - 1)
      edit.bytes = level == 0 ? sizes[0] * (1 + random.next(below: 8)) : size
    case .unmap, .protect, .age, .clean: edit.bytes *= 1 + random.next(below: 8)
    case .split: edit.pageBytes = sizes[0]
    case .collapse: edit.pageBytes = sizes[min(max(level, 1), sizes.count - 1)]
    case .remap: edit.target = target(ofHost, &random)
    }
    return edit
  }

  private func target(_ ofHost: Bool, _ random: inout SplitMix64) -> UInt64 {
    ofHost ? 1 << 36 + random.next(below: 1 << 34) & ~0xffff : guestPhysical(&random)
  }
}

extension WorldEdit {
  func of(_ tables: Tables) -> WorldEdit {
    var edit = self
    edit.tables = tables
    return edit
  }
}

extension SplitMix64 {
  mutating func next(below bound: UInt64) -> UInt64 { next() % bound }
}
