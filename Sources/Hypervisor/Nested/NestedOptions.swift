/// Choices of the hypervisors and kernels in a play.
public struct NestedOptions: Sendable, Hashable {
  /// How edits of followed tables are learnt of.
  public var following = TableFollowing.everyTable
  /// In which order new entries are stored.
  public var building = TableBuilding.downwards
  /// How often L1 exits to L0 for a control structure of L2's, for each exit that it handles: 0 with
  /// VMCS shadowing, and 40 to 50 without (PVM, SOSP '23, section 2.1).
  public var controlStructureExits = 0
  /// Whether L1 fills the shadow of a page when L2's kernel returns from the fault, without waiting
  /// for the next one; only a paravirtual kernel tells of its return.
  public var prefaults = true
  /// Whether L2's kernel has touched all of its own memory before, as it has once it ran for a while.
  public var isKernelWarm = true

  /// The choices that the published worst cases are made with.
  public init() {}
}
