/// Who waits, first come, first served.
@frozen
@usableFromInline
package struct Line<Element: Sendable>: Sendable {
  @usableFromInline var waiting: [Element] = []
  /// The place of the first one; those before it have gone.
  @usableFromInline var head = 0

  /// A line in which nobody waits.
  @inlinable package init() {}

  @inlinable package var isEmpty: Bool { head == waiting.count }

  /// Comes last.
  @inlinable package mutating func append(_ element: Element) { waiting.append(element) }

  /// Takes out the one that came first.
  @inlinable
  package mutating func removeFirst() -> Element? {
    guard head < waiting.count else { return nil }
    let element = waiting[head]
    head += 1
    if head == waiting.count {
      waiting.removeAll(keepingCapacity: true)
      head = 0
    } else if head > 1024, head * 2 > waiting.count {
      waiting.removeFirst(head)
      head = 0
    }
    return element
  }
}
