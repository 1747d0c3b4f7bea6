/// What an edit under running walks has done, in its order.
///
/// The stores between two invalidations may be seen by a walk one by one; each leaves tables through
/// which every walk arrives where it would have before the edit or will after it, or meets an entry
/// that is not present.
public struct LiveEdit: Sendable, Hashable {
  /// A part of an edit.
  public enum Step: Sendable, Hashable {
    /// So many stores of one entry each that walks can see.
    case stores(Int)
    /// What caches must be told before the next step if it is required, and at any time if not.
    case invalidate(Invalidation)
  }

  /// The stage whose tables were edited.
  public let stage: TranslationStage
  /// The pages that were written and the tables that came and went.
  ///
  /// The entries of a table that is filled before a walk can reach it count as pages, not as stores.
  public internal(set) var summary = EditSummary()
  /// The parts of the edit.
  public private(set) var steps: [Step] = []

  init(_ stage: TranslationStage) { self.stage = stage }

  /// The stores of one entry each that walks could see.
  public var stores: Int {
    steps.reduce(0) {
      guard case .stores(let count) = $1 else { return $0 }
      return $0 + count
    }
  }

  /// What caches must be told, in the order of the edit.
  public var invalidations: [Invalidation] {
    steps.compactMap {
      guard case .invalidate(let invalidation) = $0 else { return nil }
      return invalidation
    }
  }

  mutating func addStores(_ added: Int) {
    if case .stores(let count) = steps.last {
      steps[steps.count - 1] = .stores(count + added)
    } else {
      steps.append(.stores(added))
    }
  }

  mutating func add(_ invalidation: Invalidation) {
    if case .invalidate(var last) = steps.last, last.join(invalidation) {
      steps[steps.count - 1] = .invalidate(last)
    } else {
      steps.append(.invalidate(invalidation))
    }
  }

  /// The instructions that the edit needs beside its stores, in their order.
  ///
  /// Lazy invalidations are left out unless they are asked for.
  public func instructions(
    for context: MaintenanceContext = MaintenanceContext(), atMost: UInt64 = 64,
    withLazy: Bool = false
  ) -> [MaintenanceInstruction] {
    var list: [MaintenanceInstruction] = []
    var waits = false
    for step in steps {
      switch step {
      case .stores:
        // D8.16: the walks of all PEs see a store once it is complete. x86 keeps stores in order, and
        // RISC-V's fence orders them itself.
        if stage.isa == .arm, !waits { list.append(.dsbISHST) }
        waits = stage.isa == .arm
      case .invalidate(let invalidation):
        guard withLazy || invalidation.need == .required else { continue }
        waits = false
        list += invalidation.instructions(for: context, atMost: atMost)
      }
    }
    if waits { list.append(.isb) }
    return list
  }
}
