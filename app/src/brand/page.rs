//! The form of the brand, and what its colour makes of a page, in light and in the dark.

use domain::brand::{BrandForm, Colour, Palette, Tones};
use leptos::prelude::*;
use server::brand;
use server::texts::{self, Locale, brand as t};

use super::api;
use crate::page::{Page, PageResult, StaffRoom};
use crate::ui::actions::{Actions, Button};
use crate::ui::forms::{Field, Kind, PostForm, Width};
use crate::ui::layout::PageTitle;
use crate::ui::panels::Card;
use crate::visitor::AsStaff;

/// The brand.
pub(super) async fn brand(page: Page, AsStaff(staff): AsStaff) -> PageResult {
    let l = page.l;
    let now = brand::see(&page.server, &staff).await?;
    let mut form: BrandForm = page.form();
    if page.flash.errors.is_empty() {
        form =
            BrandForm { name: now.name, color: now.brand_color, phone: now.phone, email: now.email, privacy_contact: now.privacy_contact };
    }
    let [name, color, phone, email, privacy] = ["name", "color", "phone", "email", "privacy_contact"].map(|field| page.error(field));
    let preview = Colour::parse(&form.color).and_then(Palette::of).map(|palette| {
        let (light, dark) =
            (sample(l, &form.name, &palette.light, ["#fffdf9", "#27231c"]), sample(l, &form.name, &palette.dark, ["#25221d", "#f3ecdf"]));
        view! { <Card title=t::preview(l)><p class="small soft">{t::preview_words(l)}</p>{light}{dark}</Card> }
    });
    let summary = page.summary();
    Ok(page.staff(&staff, StaffRoom::Brand, t::title(l), || {
        view! {
            {summary}
            <PageTitle title=t::title(l) lede=t::lede(l)/>
            <div class="columns columns-even">
                <Card title=t::form(l)>
                    <PostForm action=api::put_url()>
                        <Field name="form[name]" label=t::name(l) value=form.name error=name/>
                        <Field name="form[color]" label=t::color(l) hint=t::color_hint(l) kind=Kind::Code width=Width::Ten value=form.color error=color/>
                        <Field name="form[phone]" label=texts::desk::phone(l) kind=Kind::Phone width=Width::Twenty value=form.phone error=phone/>
                        <Field name="form[email]" label=texts::desk::email(l) kind=Kind::Email value=form.email error=email/>
                        <Field name="form[privacy_contact]" label=t::privacy(l) hint=t::privacy_hint(l) value=form.privacy_contact error=privacy/>
                        <Actions><Button label=t::put(l)/></Actions>
                    </PostForm>
                </Card>
                {preview}
            </div>
        }
    }))
}

/// A head, a panel, a button and a link in these tones, drawn: a page's own colours cannot be set for a part of it alone.
fn sample(l: Locale, name: &str, tones: &Tones, [surface, ink]: [&'static str; 2]) -> impl IntoView + use<> {
    let colour = |colour: Colour| colour.to_string();
    let (name, label) = (name.to_owned(), t::sample(l, name));
    view! {
        <svg class="brand-sample" viewBox="0 0 360 190" role="img" aria-label=label>
            <rect width="360" height="190" rx="10" fill=surface/>
            <text x="16" y="30" font-size="16" font-weight="700" fill=ink>{name}</text>
            <rect x="16" y="46" width="328" height="64" rx="8" fill=colour(tones.hero)/>
            <text x="30" y="70" font-size="13" fill=colour(tones.on_hero_soft)>{t::sample_to_pay(l)}</text>
            <text x="30" y="97" font-size="22" font-weight="700" fill=colour(tones.on_hero)>"R$ 523,47"</text>
            <rect x="16" y="124" width="130" height="40" rx="6" fill=colour(tones.brand)/>
            <text x="81" y="149" font-size="14" font-weight="700" text-anchor="middle" fill=colour(tones.on_brand)>{t::sample_pay(l)}</text>
            <rect x="158" y="124" width="90" height="40" rx="6" fill=colour(tones.brand_tint)/>
            <text x="203" y="149" font-size="13" text-anchor="middle" fill=colour(tones.brand_deep)>{t::sample_chosen(l)}</text>
            <text x="264" y="149" font-size="14" text-decoration="underline" fill=colour(tones.link)>{t::sample_link(l)}</text>
        </svg>
    }
}
