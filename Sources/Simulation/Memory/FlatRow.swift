// The only file of this module with pointers. Everything else sees an owner, which can't be copied and
// frees what it holds.

/// The owner of values that lie side by side, each changed in place.
///
/// An array would be as flat, but asks at each change whether it is shared, and an engine changes a
/// handful of values for each of its hundreds of millions of steps. Places are checked in debug builds.
@safe
struct FlatRow<Value>: ~Copyable {
  private let start: UnsafeMutablePointer<Value>
  /// How many values there are.
  let count: Int

  /// The owner of the values of a collection.
  init(_ values: some Collection<Value>) {
    count = values.count
    unsafe start = UnsafeMutablePointer<Value>.allocate(capacity: max(values.count, 1))
    for (place, value) in values.enumerated() { unsafe (start + place).initialize(to: value) }
  }

  /// Adds a value behind the others, all of which move to another place: for the few that are added
  /// before a run.
  mutating func append(_ value: Value) {
    var values = (0..<count).map { self[$0] }
    values.append(value)
    self = FlatRow(values)
  }

  deinit {
    unsafe start.deinitialize(count: count)
    unsafe start.deallocate()
  }

  /// A value where it lies.
  @inline(__always)
  subscript(place: Int) -> Value {
    @inline(__always) unsafeAddress {
      assert(place >= 0 && place < count)
      return unsafe UnsafePointer(start + place)
    }
    @inline(__always) unsafeMutableAddress {
      assert(place >= 0 && place < count)
      return unsafe start + place
    }
  }
}
