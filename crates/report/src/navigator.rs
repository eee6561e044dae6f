//! In the making.
pub fn write(
    _: &model::Assessment,
    _: &model::attack::Attack,
    _: crate::view::Show,
    _: &mut dyn std::io::Write,
) -> std::io::Result<()> {
    Ok(())
}
