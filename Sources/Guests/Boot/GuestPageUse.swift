/// What a guest has a page for, where that is known.
public enum GuestPageUse: UInt8, Sendable, Hashable, CaseIterable {
  /// A page of the guest's own tables, which the guest writes before its processor walks them.
  case guestTables
  /// The kernel's array with an entry for each page of memory, which grows with the memory.
  case structPages
  /// The kernel's code and data.
  case kernel
  /// The kernel's file as it was loaded, compressed.
  case kernelFile
  /// The archive of the first programs as it was loaded.
  case initramfs
  /// Tables that the firmware leaves to the kernel.
  case firmwareTables
  /// The first mebibyte, which firmware and the kernel's first steps share.
  case firstMebibyte
  /// Anything else: what the kernel and programs allocate.
  case other

  /// The name in the header of a recording; uses that a recording doesn't list have none.
  var regionName: String? {
    switch self {
    case .guestTables: "guest-tables"
    case .structPages: "struct-pages"
    case .kernel: "kernel"
    case .kernelFile: "kernel-file"
    case .initramfs: "initramfs"
    case .firmwareTables: "firmware-tables"
    case .firstMebibyte, .other: nil
    }
  }
}
