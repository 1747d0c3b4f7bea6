// The only file of this module with pointers. Everything else sees an owner, which can't be copied and
// frees what it holds.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

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

/// The owner of words that lie side by side, all zero at first.
///
/// Words that are never written to cost no memory, so that a table of records may be as long as its
/// largest index asks for.
@safe
public struct FlatWords: ~Copyable {
  @usableFromInline
  let start: UnsafeMutablePointer<UInt64>
  /// How many words there are.
  public let count: Int

  /// So many words, all zero.
  public init(count: Int) {
    precondition(count >= 0, "there can't be \(count) words")
    self.count = count
    let mapping = unsafe mmap(
      nil, max(count, 1) * 8, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let place = unsafe mapping, unsafe place != MAP_FAILED else {
      preconditionFailure("there is no room for \(count) words")
    }
    unsafe start = place.bindMemory(to: UInt64.self, capacity: max(count, 1))
  }

  deinit { unsafe munmap(start, max(count, 1) * 8) }

  /// The bytes of memory that the words take by now, in whole pages of the system that the model runs on.
  public var residentBytes: Int {
    unsafe HostMemory.residentBytes(
      of: UnsafeRawBufferPointer(start: start, count: max(count, 1) * 8))
  }

  /// A word.
  @inlinable
  public subscript(number: Int) -> UInt64 {
    @inline(__always) get {
      assert(number >= 0 && number < count)
      return unsafe start[number]
    }
    @inline(__always) set {
      assert(number >= 0 && number < count)
      unsafe start[number] = newValue
    }
  }

  /// Adds to a word.
  @inlinable
  @inline(__always)
  public mutating func add(_ amount: UInt64, to number: Int) {
    assert(number >= 0 && number < count)
    unsafe start[number] &+= amount
  }
}

#if canImport(Darwin)
private typealias Residence = CChar
#else
private typealias Residence = UInt8
#endif

/// How much of a mapping takes memory, in whole pages of the system that the model runs on.
package func residentBytes(of mapping: UnsafeRawBufferPointer) -> Int {
  guard let start = mapping.baseAddress else { return 0 }
  let page = sysconf(Int32(_SC_PAGESIZE))
  var states = [Residence](repeating: 0, count: 1 << 14)
  var bytes = 0
  var offset = 0
  while offset < mapping.count {
    let length = min(mapping.count - offset, states.count * page)
    guard unsafe mincore(UnsafeMutableRawPointer(mutating: start + offset), length, &states) == 0
    else { break }
    for number in 0..<(length + page - 1) / page where states[number] & 1 != 0 { bytes += page }
    offset += length
  }
  return bytes
}

/// The owner of values that can't be copied, side by side, each changed in place.
@safe
public struct Row<Value: ~Copyable>: ~Copyable {
  @usableFromInline
  let start: UnsafeMutablePointer<Value>
  /// How many values there are.
  public let count: Int

  /// The owner of `count` values, each of which `make` gives for its number.
  @inlinable
  public init<Failure: Error>(
    count: Int, _ make: (Int) throws(Failure) -> Value
  ) throws(Failure) {
    precondition(count >= 0, "there can't be \(count) values")
    let start = UnsafeMutablePointer<Value>.allocate(capacity: max(count, 1))
    for number in 0..<count {
      do {
        unsafe (start + number).initialize(to: try make(number))
      } catch {
        unsafe start.deinitialize(count: number)
        unsafe start.deallocate()
        throw error
      }
    }
    unsafe self.start = start
    self.count = count
  }

  @inlinable
  deinit {
    unsafe start.deinitialize(count: count)
    unsafe start.deallocate()
  }

  /// A value where it lies.
  @inlinable
  public subscript(number: Int) -> Value {
    @inline(__always) unsafeAddress {
      precondition(number >= 0 && number < count)
      return unsafe UnsafePointer(start + number)
    }
    @inline(__always) unsafeMutableAddress {
      precondition(number >= 0 && number < count)
      return unsafe start + number
    }
  }
}
