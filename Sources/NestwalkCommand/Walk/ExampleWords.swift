import Console
import Paging
import Records

extension GuestFormat: ArgumentValue {
  /// The hypervisor's format that goes with this one unless another is chosen.
  var partner: HostFormat {
    switch self {
    case .x86Level4: .ept4
    case .x86Level5: .ept5
    case .arm4K: .arm4K
    case .arm16K: .arm16K
    case .arm64K: .arm64K
    case .sv39: .sv39x4
    case .sv48: .sv48x4
    case .sv57: .sv57x4
    }
  }
}

extension HostFormat: ArgumentValue {}

/// An access under its word in records.
enum AccessWord: String, CaseIterable, ArgumentValue {
  case read
  case write
  case fetch
  case hlvx
  case atRead = "at-read"
  case atWrite = "at-write"

  /// The ISAs that have the access.
  var isas: [ISA] {
    switch self {
    case .read, .write, .fetch: ISA.allCases
    case .hlvx: [.riscv]
    case .atRead, .atWrite: [.arm]
    }
  }

  func access(_ privilege: Access.Privilege) -> Access {
    switch self {
    case .read: Access(.read, privilege)
    case .write: Access(.write, privilege)
    case .fetch: Access(.fetch, privilege)
    case .hlvx: Access(.hlvx, privilege)
    case .atRead: Access(.read, privilege, isAddressTranslation: true)
    case .atWrite: Access(.write, privilege, isAddressTranslation: true)
    }
  }
}

/// The four kinds of nested fault that an example can end in.
enum ExampleFault: String, CaseIterable, ArgumentValue {
  /// The guest's own tables have no page.
  case guest
  /// The hypervisor's tables have no page for the access.
  case missing
  /// The hypervisor's page lacks the right that the access needs.
  case permission
  /// The hypervisor's tables have no page for one of the guest's tables.
  case cascade
}
