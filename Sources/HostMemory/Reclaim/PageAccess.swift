/// How a page is accessed.
public enum PageAccess: Sendable, Hashable {
  /// Through a page table: the hardware sets the accessed bit.
  case mapping
  /// By `read` and `write` on a descriptor: the kernel notes it.
  case descriptor
}
