/// Where in the machine's memory the guest-physical addresses lie that a guest's tables are built at.
public struct TablePlacement: Sendable, Hashable {
  private enum Kind: Sendable, Hashable {
    case offset(UInt64)
    indirect case through(HostRoot)
  }

  private let kind: Kind

  /// Guest-physical addresses are host-physical ones.
  public static let identity = Self(kind: .offset(0))

  /// The host-physical address is the guest-physical one plus `bytes`; the sum wraps as an adder does.
  public static func offset(_ bytes: UInt64) -> Self { Self(kind: .offset(bytes)) }

  /// The hypervisor's tables say where each page of guest-physical memory lies, whatever they let the
  /// guest do with it.
  public static func through(_ root: HostRoot) -> Self { Self(kind: .through(root)) }

  /// How far behind its guest-physical address a word lies, if that is the same for all.
  @inline(__always)
  var distance: UInt64? {
    if case .offset(let bytes) = kind { return bytes }
    return nil
  }

  /// The words from `address` on, up to `most` or to the end of what lies side by side.
  @inline(__always)
  func words(at address: UInt64, most: Int, _ memory: MemoryHandle) -> WordRun? {
    switch kind {
    case .offset(let bytes): memory.words(at: address &+ bytes, most: most)
    case .through(let root): words(at: address, most: most, through: root, memory)
    }
  }

  @inline(never)
  private func words(
    at address: UInt64, most: Int, through root: HostRoot, _ memory: MemoryHandle
  ) -> WordRun? {
    guard let page = root.find(address, memory) else { return nil }
    let left = Int((page.bytes - address & (page.bytes - 1)) / 8)
    // Pages lie in the space of the tables that map them.
    return root.placement.words(at: page.address, most: min(most, left), memory)
  }
}
