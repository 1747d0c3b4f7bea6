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
  var inputBits: UInt64 = 63
  /// Whether accessed and dirty bits wait for the walk's success.
  var defersUpdates = false
  /// How a read of a guest table counts here (second stages only).
  var tableRead = WalkAccess(.read, .supervisor, .tableRead)
  /// How the update of a guest entry counts here (second stages only).
  var tableUpdate = WalkAccess(.write, .supervisor, .tableUpdate)
}

/// What a completed walk of one stage found.
struct StageLeaf {
  var address: UInt64
  var entry: UInt64
  var shift: UInt64
  var accumulated: UInt64
}

/// Why the walk of one stage stopped, before it is known whose translation it served.
struct StageFailure {
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
