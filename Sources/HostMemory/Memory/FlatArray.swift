// The only file of this module with pointers. Everything else sees an owner, which can't be copied and
// frees what it holds.

/// The owner of plain values that lie side by side.
///
/// An array would be as flat, but counts references and checks for exclusive access where several lie in
/// one structure; this is one pointer. Places are checked in debug builds.
@safe
struct FlatArray<Element: BitwiseCopyable>: ~Copyable {
  private let start: UnsafeMutablePointer<Element>
  /// How many values there are.
  let count: Int

  /// So many times the same value.
  init(repeating value: Element, count: Int) {
    precondition(count >= 0, "there can't be \(count) values")
    self.count = count
    unsafe start = UnsafeMutablePointer<Element>.allocate(capacity: max(count, 1))
    unsafe start.initialize(repeating: value, count: count)
  }

  deinit { unsafe start.deallocate() }

  /// A value where it lies.
  @inline(__always)
  subscript(place: Int) -> Element {
    @inline(__always) get {
      assert(place >= 0 && place < count)
      return unsafe start[place]
    }
    // Only the owner's own field is read: two arrays of one structure may be changed together.
    @inline(__always) nonmutating set {
      assert(place >= 0 && place < count)
      unsafe start[place] = newValue
    }
  }

  /// A value under the number of a page.
  @inline(__always)
  subscript(page: UInt32) -> Element {
    @inline(__always) get { self[Int(page)] }
    @inline(__always) nonmutating set { self[Int(page)] = newValue }
  }
}
