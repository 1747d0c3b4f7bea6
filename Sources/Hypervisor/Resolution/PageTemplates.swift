import HostMemory
import Paging

/// The entries of the pages that faults map: of each size, for those that can be written and those that
/// can't.
struct PageTemplates: ~Copyable {
  /// An entry for each size and right; 0, which is no page's, where the format has no pages of the size.
  private var entries = FlatWords(count: 6)

  init(_ tables: borrowing HostTables) {
    for order in FrameOrder.allCases {
      for isWritable in [false, true] {
        let attributes: HostAttributes = isWritable ? .readWriteExecute : .readExecute
        guard let template = tables.template(attributes, pageBytes: order.bytes) else { continue }
        entries[Self.place(order, isWritable)] = template.entry
      }
    }
  }

  /// The entry of pages of a size; nothing where the format has no pages of it.
  @inline(__always)
  func template(_ order: FrameOrder, isWritable: Bool) -> PageTemplate? {
    let entry = entries[Self.place(order, isWritable)]
    return entry == 0 ? nil : PageTemplate(entry: entry, level: Self.level(order))
  }

  @inline(__always)
  private static func place(_ order: FrameOrder, _ isWritable: Bool) -> Int {
    2 &* level(order) &+ (isWritable ? 1 : 0)
  }

  /// The level of pages of a size, in all formats whose smallest pages are of 4 KiB.
  @inline(__always)
  private static func level(_ order: FrameOrder) -> Int {
    switch order {
    case .small: 0
    case .large: 1
    case .huge: 2
    }
  }
}
