public import Paging

/// What happens in one step of a play between the levels of virtualisation.
public enum NestedAct: Sendable, Hashable {
  /// The program or kernel accesses an address, and the hardware finds its way.
  case access(GuestVirtual)
  /// The hardware raises a page fault.
  case pageFault(GuestVirtual)
  /// The hardware finds that second-stage tables don't allow an access.
  case violation(NestedTable, UInt64)
  /// L0 makes L1 believe that the exit of its guest came to it.
  case reflect
  /// A hypervisor makes its guest believe that the hardware raised a page fault.
  case injectPageFault
  /// The kernel handles a page fault of its program's.
  case handlePageFault
  /// An entry is stored in a table, at a level that counts from the leaf, and nothing stops it.
  case store(NestedTable, level: Int)
  /// An entry is to be stored in a table that is write-protected.
  case protectedStore(NestedTable, level: Int)
  /// The store is carried out by the hypervisor, which follows it in its own tables.
  case emulateStore(NestedTable, level: Int)
  /// L1 reads or writes a control structure of L2's that is not shadowed.
  case accessControlStructure
  /// L0 answers such an access.
  case emulateControlStructure
  /// L1 has done its work and resumes L2, which only L0 can do.
  case resume
  /// L0 enters L2, with a control structure made from L1's.
  case enter
  /// A page is found in the tables of two stages and written into the ones merged from them.
  case fill(NestedTable, pageBytes: UInt64)
  /// The kernel returns from its handler.
  case returnFromFault
  /// The kernel calls its hypervisor to return from the handler.
  case returnByCall
  /// An address or a tree of tables is to be forgotten by the caches.
  case invalidate(NestedTable)
  /// The hypervisor forgets what it derived from tables that were invalidated.
  case forget(NestedTable)
}

extension NestedAct: CustomStringConvertible {
  /// The act in words.
  public var description: String {
    switch self {
    case .access(let address): "accesses \(address)"
    case .pageFault(let address): "takes a page fault at \(address)"
    case .violation(let table, let address):
      "meets a violation of \(table) at 0x\(String(address, radix: 16))"
    case .reflect: "reflects the exit"
    case .injectPageFault: "injects the page fault"
    case .handlePageFault: "handles the page fault"
    case .store(let table, let level): "stores the entry of level \(level + 1) in \(table)"
    case .protectedStore(let table, let level):
      "stores the entry of level \(level + 1) in \(table), which is write-protected"
    case .emulateStore(let table, let level):
      "emulates the store of the entry of level \(level + 1) in \(table)"
    case .accessControlStructure: "reads or writes VMCS12, which is not shadowed"
    case .emulateControlStructure: "answers for VMCS12"
    case .resume: "resumes L2 (VMRESUME)"
    case .enter: "enters L2"
    case .fill(let table, let bytes): "writes a page of \(bytes >> 10) KiB into \(table)"
    case .returnFromFault: "returns from the page fault (IRET)"
    case .returnByCall: "returns from the page fault by a call to L1"
    case .invalidate(let table): "invalidates translations by \(table)"
    case .forget(let table): "forgets what \(table) held of them"
    }
  }
}
