import Paging

/// What caches must be told of many edits, gathered so that it is said once.
///
/// Nobody may rely on the edits before: frames are released behind the flush.
struct FlushBatch {
  private var invalidations: [Invalidation] = []
  private var pages: UInt64 = 0

  /// How many pages are named one by one, before everything of the machine is forgotten instead.
  private static let mostPages: UInt64 = 64

  /// Takes in what an edit asks for, but for what may be left out.
  mutating func add(_ edit: LiveEdit, withLazy: Bool = false) {
    for invalidation in edit.invalidations where withLazy || invalidation.need == .required {
      add(invalidation)
    }
  }

  /// Takes in one invalidation.
  mutating func add(_ next: Invalidation) {
    pages &+= next.pages
    // Beyond that nobody looks at them one by one.
    if pages > Self.mostPages, !invalidations.isEmpty { return }
    if let last = invalidations.last, next.address == last.address &+ last.bytes,
      next.pageBytes == last.pageBytes, next.levels == last.levels
    {
      invalidations[invalidations.count - 1] = Invalidation(
        last.stage, at: last.address, bytes: last.bytes &+ next.bytes, pageBytes: last.pageBytes,
        levels: last.levels)
    } else {
      invalidations.append(next)
    }
  }

  /// The instructions for all of it.
  func instructions(for context: MaintenanceContext) -> [MaintenanceInstruction] {
    guard let first = invalidations.first else { return [] }
    switch first.stage {
    case .armStage2 where pages <= Self.mostPages:
      // One wait and one VMALLE1 serve all addresses.
      let tail = 4
      let each = invalidations.map { $0.instructions(for: context, atMost: Self.mostPages) }
      return each.flatMap { $0.dropLast(tail) } + (each.last ?? []).suffix(tail)
    case .riscvGuest
    where pages <= Self.mostPages && invalidations.allSatisfy({ $0.levels == .lastLevel }):
      return invalidations.flatMap { $0.instructions(for: context, atMost: Self.mostPages) }
    default:
      // INVEPT and TLB_CONTROL have no form for an address, and the others no need of one here.
      return Invalidation(
        first.stage, at: first.address, bytes: first.bytes, pageBytes: first.pageBytes,
        levels: .all
      ).instructions(for: context, atMost: 0)
    }
  }
}
