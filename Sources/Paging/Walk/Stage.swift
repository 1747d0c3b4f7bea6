/// One stage of translation as the registers set it up: its geometry, its rules and its checks.
///
/// A stage owns its table of checks; a walk works on a ``StageView`` of it.
struct Stage<Rules: Sendable>: ~Copyable {
  private let checks = CheckTable()
  private(set) var view: StageView<Rules>

  /// A stage with this geometry, whose checks are computed as they are needed.
  init(_ geometry: StageGeometry, rules: Rules) {
    view = StageView(geometry: geometry, rules: rules, checks: checks.handle)
  }

  /// Takes over new registers.
  mutating func set(_ geometry: StageGeometry, rules: Rules) {
    checks.forget()
    view.geometry = geometry
    view.rules = rules
  }
}

/// The shape of a stage's tables, as the registers give it.
struct StageGeometry: Sendable, Hashable {
  /// The address of the root, in the space the tables live in.
  var root: UInt64 = 0
  /// The level of the root, counted from the leaf.
  var topLevel = 0
  /// The lowest bit of the address that indexes the root.
  ///
  /// All bits from there up to ``inputBits`` do: that is how a root of several pages (RISC-V's ×4,
  /// Arm's concatenated one) and one of less than a page come out.
  var topShift: UInt64 = 0
  /// The width of the addresses that the stage translates.
  var inputBits: UInt64 = 64
  /// Whether accessed and dirty bits wait for the walk's success.
  var defersUpdates = false
  /// How a read of a guest table counts here (second stages only).
  var tableRead = WalkAccess(.read, .supervisor, .tableRead)
  /// How the update of a guest entry counts here (second stages only).
  var tableUpdate = WalkAccess(.write, .supervisor, .tableUpdate)
}

/// What a walk carries of a stage; valid while the stage lives.
struct StageView<Rules: Sendable> {
  var geometry: StageGeometry
  var rules: Rules
  let checks: CheckHandle
}

/// What a completed walk of one stage found.
struct StageLeaf {
  var address: UInt64
  var entry: UInt64
  var shift: UInt64
  var accumulated: UInt64
}

/// Why the walk of one stage stopped, before it is known whose translation it served.
struct StageFailure: Error {
  var stage: WalkFailure.Stage
  var reason: WalkFailure.Reason
  var level: Int?
  var context = WalkFailure.Context.finalAccess
  var made: Access.Kind
  var guestPhysical: GuestPhysical?
  var guestLevel: Int?
  var entry: UInt64?
  var absentPlace: HostPhysical?
  var accumulated: UInt64 = 0
  var guestAccumulated: UInt64 = 0
}
